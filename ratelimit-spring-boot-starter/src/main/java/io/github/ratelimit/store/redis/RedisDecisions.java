package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.StoreObserver.Outcome;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.local.KeyCharge;
import io.github.ratelimit.store.redis.local.LocalFallback;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Makes decisions in Redis, each within its own deadline, and without Redis if the reply
 * is late or missing. Thread-safe.
 *
 * @param redis where the decisions are made
 * @param fallback decides without Redis
 * @param late decides if a reply is late
 * @param settlements gives back and settles what the decisions take
 */
record RedisDecisions(RedisAccess redis, LocalFallback fallback, DeadlineFallback late, RedisSettlements settlements) {

	/**
	 * Takes all charges or none, in the order in which they are given. A single charge of
	 * a bucket is taken together with other charges of the same key.
	 */
	List<ChargeDecision> takeAll(List<KeyCharge> charges, long start) {
		ChargeGroup group = ChargeGroup.ofOneSlot(charges, this.redis);
		if (group == null) {
			try (StoreObserver.Call observed = this.redis.nodes().asking(charges.size())) {
				return new ClusterDecision(ChargeGroup.bySlot(charges, this.redis), this).decide(charges, start,
						observed);
			}
		}
		List<ChargeDecision> decided = decideWithoutAsking(group, start);
		return (decided != null) ? decided : askAndAwait(group, start);
	}

	private List<ChargeDecision> askAndAwait(ChargeGroup group, long start) {
		BucketEncoding shared = group.sharedEncoding();
		boolean entered = shared != null && group.firstKey().calls().enter();
		try (StoreObserver.Call observed = this.redis.nodes().asking(group.size())) {
			ScriptCall call = send(group, shared, entered);
			ScriptCall.Reply reply = call.await(deadline(start, group));
			observed.ended(outcome(call, reply));
			return decided(call, reply, start);
		}
		finally {
			end(group, entered);
		}
	}

	/**
	 * Takes all charges or none, and does not hold the calling thread while Redis
	 * answers.
	 */
	CompletableFuture<List<ChargeDecision>> takeAllAsync(List<KeyCharge> charges, long start, Executor executor) {
		ChargeGroup group = ChargeGroup.ofOneSlot(charges, this.redis);
		if (group == null) {
			return CompletableFuture.supplyAsync(() -> takeAll(charges, start), executor);
		}
		List<ChargeDecision> decided = decideWithoutAsking(group, start);
		return (decided != null) ? CompletableFuture.completedFuture(decided) : askAsync(group, start, executor);
	}

	private CompletableFuture<List<ChargeDecision>> askAsync(ChargeGroup group, long start, Executor executor) {
		StoreObserver.Call observed = this.redis.nodes().asking(group.size());
		BucketEncoding shared = group.sharedEncoding();
		boolean entered = shared != null && group.firstKey().calls().enter();
		ScriptCall call;
		try {
			call = send(group, shared, entered);
		}
		catch (RuntimeException | Error ex) {
			observed.close();
			end(group, entered);
			throw ex;
		}
		observed.detached();
		return call.replyBy(deadline(start, group), executor).thenApply((reply) -> {
			observed.ended(outcome(call, reply));
			return decided(call, reply, start);
		}).whenComplete((decisions, failure) -> {
			observed.close();
			end(group, entered);
		});
	}

	private ScriptCall send(ChargeGroup group, @Nullable BucketEncoding shared, boolean entered) {
		return (shared == null || entered) ? ask(group, true) : ScriptCall.takeTogether(group, shared, this.redis);
	}

	private void end(ChargeGroup group, boolean entered) {
		if (entered) {
			group.firstKey().calls().leave(group.firstKey(), this.redis);
		}
	}

	/** Takes all charges or none, without a call to Redis. */
	List<ChargeDecision> takeUnanswered(List<KeyCharge> charges) {
		charges.forEach((requested) -> this.redis.node(requested.key().name()).decidedWithout(1));
		return this.fallback.takeAll(charges, this.redis.now());
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
		List<ChargeDecision> decisions = this.late.decide(List.of(group), start).get(0);
		group.node().late(start, true, group.firstKey().name());
		leave(group, isGranted(decisions) ? ask(group, true) : null, decisions);
		return decisions;
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
		List<ChargeDecision> decisions = this.late.decide(List.of(group), start).get(0);
		leave(group, call, decisions);
		return decisions;
	}

	/** Returns whether no decision refuses. */
	static boolean isGranted(List<ChargeDecision> decisions) {
		for (ChargeDecision decision : decisions) {
			if (decision.isRefused()) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Handles the reply when it arrives.
	 * @param group the charges that were decided
	 * @param call the call that was sent, null if none was: then what was taken becomes a
	 * debt
	 * @param decisions of the charges, none if no caller needs them any more
	 */
	void leave(ChargeGroup group, @Nullable ScriptCall call, List<ChargeDecision> decisions) {
		InFlightCall inFlight = new InFlightCall(group, decisions, this.settlements);
		if (call != null) {
			call.leave(inFlight);
		}
		else {
			inFlight.unasked();
		}
	}

	ScriptCall ask(ChargeGroup group, boolean take) {
		return ScriptCall.ask(group, take, this.redis);
	}

	/** Returns until when a decision waits for its reply. */
	static long deadline(long start, ChargeGroup group) {
		return start + (group.isBehindLatePermit() ? 0 : group.patienceNanos());
	}

	/** Gives back what a call is granted whose caller no longer waits. */
	void abandon(ScriptCall call) {
		leave(call.group(), call, List.of());
	}

	List<ChargeDecision> decideWithout(List<ChargeGroup> groups) {
		groups.forEach((group) -> group.node().decidedWithout(group.size()));
		return this.fallback.takeAll(groups.stream().flatMap((group) -> group.charges().stream()).toList(),
				this.redis.now());
	}

}
