package io.github.ratelimit.store.redis;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.StoreObserver.Outcome;
import io.github.ratelimit.store.redis.client.RedisNodes;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.local.InFlightReceipt;
import io.github.ratelimit.store.redis.local.LocalFallback;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.LuaScript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Makes decisions in Redis, each within its own deadline, and without Redis if the reply
 * is late or missing. Thread-safe.
 */
final class RedisDecisions {

	private final ScriptClient redis;

	private final LuaScript script;

	private final RedisNodes nodes;

	private final LocalFallback fallback;

	private final TimeSource time;

	private final DeadlineFallback late;

	private final RedisSettlements settlements;

	RedisDecisions(ScriptClient redis, LuaScript script, RedisNodes nodes, LocalFallback fallback,
			DeadlineFallback late, RedisSettlements settlements, TimeSource time) {
		this.redis = redis;
		this.script = script;
		this.nodes = nodes;
		this.fallback = fallback;
		this.late = late;
		this.settlements = settlements;
		this.time = time;
	}

	/** Returns what gives back and settles what the decisions take. */
	RedisSettlements settlements() {
		return this.settlements;
	}

	/** Takes one charge, together with other charges of the same key. */
	ChargeDecision take(Charge charge, RememberedKey key, LimitEncoding encoding, long start) {
		ChargeGroup group = new ChargeGroup(List.of(charge), new RememberedKey[] { key },
				new LimitEncoding[] { encoding }, this.nodes.of(key.name()));
		List<ChargeDecision> decided = decideWithoutAsking(group, start);
		if (decided != null) {
			return decided.get(0);
		}
		BucketEncoding scale = group.sharedEncoding();
		if (scale == null) {
			return askAndAwait(group, start).get(0);
		}
		if (!key.calls().enter()) {
			try (StoreObserver.Call observed = this.nodes.asking(1)) {
				return await(ScriptCall.takeTogether(group, scale, this.redis, this.script, this.time), start, observed)
					.get(0);
			}
		}
		try {
			return askAndAwait(group, start).get(0);
		}
		finally {
			key.calls().leave(key, this.redis, this.script);
		}
	}

	/** Takes all charges or none, in the order in which they are given. */
	List<ChargeDecision> takeAll(List<Charge> charges, RememberedKey[] keys, LimitEncoding[] encodings, long start) {
		if (!this.redis.isCluster()) {
			return takeGroup(new ChargeGroup(charges, keys, encodings, this.nodes.of(keys[0].name())), start);
		}
		List<ChargeGroup> groups = ChargeGroup.bySlot(charges, keys, encodings, this.nodes);
		if (groups.size() == 1) {
			return takeGroup(groups.get(0), start);
		}
		try (StoreObserver.Call observed = this.nodes.asking(charges.size())) {
			return new ClusterDecision(groups, this).decide(charges, start, observed);
		}
	}

	/**
	 * Takes all charges or none, and does not hold the calling thread while Redis
	 * answers.
	 */
	CompletableFuture<List<ChargeDecision>> takeAllAsync(List<Charge> charges, RememberedKey[] keys,
			LimitEncoding[] encodings, long start, Executor executor) {
		if (this.redis.isCluster() && ChargeGroup.bySlot(charges, keys, encodings, this.nodes).size() > 1) {
			return CompletableFuture.supplyAsync(() -> takeAll(charges, keys, encodings, start), executor);
		}
		ChargeGroup group = new ChargeGroup(charges, keys, encodings, this.nodes.of(keys[0].name()));
		List<ChargeDecision> decided = decideWithoutAsking(group, start);
		return (decided != null) ? CompletableFuture.completedFuture(decided) : askAsync(group, start, executor);
	}

	private CompletableFuture<List<ChargeDecision>> askAsync(ChargeGroup group, long start, Executor executor) {
		StoreObserver.Call observed = this.nodes.asking(group.size());
		RememberedKey key = group.known()[0];
		BucketEncoding shared = group.sharedEncoding();
		boolean entered = shared != null && key.calls().enter();
		ScriptCall call;
		try {
			call = (shared == null || entered) ? ask(group, true)
					: ScriptCall.takeTogether(group, shared, this.redis, this.script, this.time);
		}
		catch (RuntimeException | Error ex) {
			end(observed, key, entered);
			throw ex;
		}
		observed.detached();
		return call.replyBy(deadline(start, group), executor).thenApply((reply) -> {
			observed.ended(outcome(call, reply));
			return decided(call, reply, start);
		}).whenComplete((decisions, failure) -> end(observed, key, entered));
	}

	private void end(StoreObserver.Call observed, RememberedKey key, boolean entered) {
		observed.close();
		if (entered) {
			key.calls().leave(key, this.redis, this.script);
		}
	}

	/** Takes all charges or none, without a call to Redis. */
	List<ChargeDecision> takeUnanswered(List<Charge> charges, RememberedKey[] keys, LimitEncoding[] encodings) {
		for (RememberedKey key : keys) {
			this.nodes.of(key.name()).decidedWithout(1);
		}
		return this.fallback.takeAll(charges, keys, encodings, this.time.nanoTime());
	}

	private List<ChargeDecision> takeGroup(ChargeGroup group, long start) {
		List<ChargeDecision> decided = decideWithoutAsking(group, start);
		return (decided != null) ? decided : askAndAwait(group, start);
	}

	/** Returns null if Redis can be asked. */
	private @Nullable List<ChargeDecision> decideWithoutAsking(ChargeGroup group, long start) {
		if (group.node().isOpen()) {
			return decideWithout(List.of(group));
		}
		if (group.node().isCrowded()) {
			return decideLate(group, null, start);
		}
		return group.isBehindLatePermit() ? decideBehindLatePermit(group, start) : null;
	}

	/**
	 * Calls behind a scheduled permit that Redis has not answered yet do not wait for
	 * Redis.
	 */
	private List<ChargeDecision> decideBehindLatePermit(ChargeGroup group, long start) {
		DeadlineFallback.Taken taken = this.late.decide(List.of(group), start);
		group.node().late(start, true, group.known()[0].name());
		leave(group, taken.granted() ? ask(group, true) : null, taken.receipts().get(0));
		return taken.decisions();
	}

	private List<ChargeDecision> askAndAwait(ChargeGroup group, long start) {
		try (StoreObserver.Call observed = this.nodes.asking(group.size())) {
			return await(ask(group, true), start, observed);
		}
	}

	private List<ChargeDecision> await(ScriptCall call, long start, StoreObserver.Call observed) {
		ScriptCall.Reply reply = call.await(deadline(start, call.group()));
		observed.ended(outcome(call, reply));
		return decided(call, reply, start);
	}

	private static Outcome outcome(ScriptCall call, ScriptCall.@Nullable Reply reply) {
		if (reply != null) {
			return reply.granted() ? Outcome.ALLOWED : Outcome.REFUSED;
		}
		return call.hasFailed() ? Outcome.FAILED : Outcome.LATE;
	}

	private List<ChargeDecision> decided(ScriptCall call, ScriptCall.@Nullable Reply reply, long start) {
		if (reply != null) {
			return reply.decisions();
		}
		if (call.hasFailed()) {
			abandon(call);
			return decideWithout(List.of(call.group()));
		}
		return decideLate(call.group(), call, start);
	}

	private List<ChargeDecision> decideLate(ChargeGroup group, @Nullable ScriptCall call, long start) {
		DeadlineFallback.Taken taken = this.late.decide(List.of(group), start);
		leave(group, call, taken.receipts().get(0));
		return taken.decisions();
	}

	/** Decides groups whose replies are late, all or nothing. */
	DeadlineFallback.Taken decideLate(List<ChargeGroup> groups, long start) {
		return this.late.decide(groups, start);
	}

	/**
	 * Handles the reply when it arrives.
	 * @param group the charges that were decided
	 * @param call the call that was sent, null if none was: then what was taken becomes a
	 * debt
	 * @param receipts of what each charge has taken, null for one that has not
	 */
	void leave(ChargeGroup group, @Nullable ScriptCall call, @Nullable InFlightReceipt[] receipts) {
		InFlightCall inFlight = new InFlightCall(group, receipts, this.settlements);
		if (call != null) {
			call.leave(inFlight);
		}
		else {
			inFlight.unasked();
		}
	}

	ScriptCall ask(ChargeGroup group, boolean take) {
		return take ? ScriptCall.take(group, this.redis, this.script, this.time)
				: ScriptCall.look(group, this.redis, this.script, this.time);
	}

	/** Returns until when a decision waits for its reply. */
	static long deadline(long start, ChargeGroup group) {
		return start + (group.isBehindLatePermit() ? 0 : group.patienceNanos());
	}

	/** Gives back what a call is granted whose caller no longer waits. */
	void abandon(ScriptCall call) {
		leave(call.group(), call, new @Nullable InFlightReceipt[call.group().size()]);
	}

	List<ChargeDecision> decideWithout(List<ChargeGroup> groups) {
		List<Charge> charges = new ArrayList<>();
		List<RememberedKey> keys = new ArrayList<>();
		List<LimitEncoding> encodings = new ArrayList<>();
		for (ChargeGroup group : groups) {
			charges.addAll(group.charges());
			keys.addAll(Arrays.asList(group.known()));
			encodings.addAll(Arrays.asList(group.encodings()));
			group.node().decidedWithout(group.size());
		}
		return this.fallback.takeAll(charges, keys.toArray(RememberedKey[]::new),
				encodings.toArray(LimitEncoding[]::new), this.time.nanoTime());
	}

}
