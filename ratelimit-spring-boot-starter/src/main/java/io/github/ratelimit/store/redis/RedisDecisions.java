package io.github.ratelimit.store.redis;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.StoreObserver.Outcome;
import io.github.ratelimit.store.redis.client.RedisNodes;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptReplies;
import io.github.ratelimit.store.redis.local.DebtLedger;
import io.github.ratelimit.store.redis.local.InFlightReceipt;
import io.github.ratelimit.store.redis.local.LocalFallback;
import io.github.ratelimit.store.redis.local.PermitRefunds;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.local.SlotLeases;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.SlotEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import io.github.ratelimit.store.redis.script.StoreScripts;
import io.github.ratelimit.store.redis.script.WindowOrSlotSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Makes decisions in Redis, each within its own deadline, and without Redis if the reply
 * is late or missing. Thread-safe.
 */
final class RedisDecisions {

	private final ScriptClient redis;

	private final StoreScripts scripts;

	private final RedisNodes nodes;

	private final LocalFallback fallback;

	private final TimeSource time;

	private final DeadlineFallback late;

	private final SlotLeases slotLeases;

	private final DebtLedger debts;

	private final PermitRefunds refunds;

	private final long deadlineNanos;

	RedisDecisions(ScriptClient redis, StoreScripts scripts, RedisNodes nodes, LocalFallback fallback,
			DeadlineFallback late, SlotLeases slotLeases, DebtLedger debts, PermitRefunds refunds, TimeSource time,
			long deadlineNanos) {
		this.redis = redis;
		this.scripts = scripts;
		this.nodes = nodes;
		this.fallback = fallback;
		this.late = late;
		this.slotLeases = slotLeases;
		this.debts = debts;
		this.refunds = refunds;
		this.time = time;
		this.deadlineNanos = deadlineNanos;
	}

	/** Takes one charge, together with other charges of the same key. */
	ChargeDecision take(Charge charge, RememberedKey key, LimitEncoding encoding, long start) {
		ChargeGroup group = new ChargeGroup(List.of(charge), new RememberedKey[] { key },
				new LimitEncoding[] { encoding }, this.nodes.of(key.name()));
		if (group.node().isOpen()) {
			return decideWithout(List.of(group)).get(0);
		}
		if (group.node().isCrowded()) {
			return decideLate(group, null, start).get(0);
		}
		if (group.isBehindLatePermit()) {
			return decideBehindLatePermit(group, start).get(0);
		}
		if (!(encoding instanceof BucketEncoding scale) || scale.isPaced()) {
			return askAndAwait(group, start).get(0);
		}
		if (!key.calls().enter()) {
			try (StoreObserver.Call observed = this.nodes.asking(1)) {
				return await(ScriptCall.takeTogether(group, scale, this.redis, this.scripts.take(), this.time), start,
						observed)
					.get(0);
			}
		}
		try {
			return askAndAwait(group, start).get(0);
		}
		finally {
			key.calls().leave(key, this.redis, this.scripts.take());
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

	/** Takes all charges or none, without a call to Redis. */
	List<ChargeDecision> takeUnanswered(List<Charge> charges, RememberedKey[] keys, LimitEncoding[] encodings) {
		for (RememberedKey key : keys) {
			this.nodes.of(key.name()).decidedWithout(1);
		}
		return this.fallback.takeAll(charges, keys, encodings, this.time.nanoTime());
	}

	private List<ChargeDecision> takeGroup(ChargeGroup group, long start) {
		if (group.node().isOpen()) {
			return decideWithout(List.of(group));
		}
		if (group.node().isCrowded()) {
			return decideLate(group, null, start);
		}
		return group.isBehindLatePermit() ? decideBehindLatePermit(group, start) : askAndAwait(group, start);
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
		if (reply != null) {
			observed.ended(reply.granted() ? Outcome.ALLOWED : Outcome.REFUSED);
			return reply.decisions();
		}
		if (call.hasFailed()) {
			abandon(call);
			observed.ended(Outcome.FAILED);
			return decideWithout(List.of(call.group()));
		}
		observed.ended(Outcome.LATE);
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
		InFlightCall inFlight = new InFlightCall(group, receipts, this);
		if (call != null) {
			call.leave(inFlight);
		}
		else {
			inFlight.unasked();
		}
	}

	ScriptCall ask(ChargeGroup group, boolean take) {
		return take ? ScriptCall.take(group, this.redis, this.scripts.take(), this.time)
				: ScriptCall.look(group, this.redis, this.scripts.take(), this.time);
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

	SlotLeases slotLeases() {
		return this.slotLeases;
	}

	/** Keeps the slots that a decision has taken, if any. */
	void hold(ChargeDecision decision, RememberedKey key) {
		if (decision.receipt() instanceof WindowOrSlotSnapshot facts && facts.encoding() instanceof SlotEncoding) {
			this.slotLeases.hold(key, facts, decision.charge().permits());
		}
	}

	/** Adds a debt for permits that a call has received without Redis. */
	void owe(RememberedKey key, LimitEncoding encoding, long permits) {
		this.debts.add(key, encoding, permits);
	}

	/** Gives back what a decision took, and waits for the reply until the deadline. */
	void giveBack(ChargeDecision taken, RememberedKey key, LimitEncoding encoding) {
		if (taken.receipt() instanceof Snapshot) {
			await(sendBack(taken, key));
		}
		else if (taken.receipt() instanceof InFlightReceipt late) {
			long permits = taken.charge().permits();
			await(late.whenKnown((outcome) -> sendBack(permits, outcome, late.encoding(), key)));
		}
		else if (taken.isDegraded() && taken.hasFacts()) {
			this.fallback.giveBack(taken, key, encoding);
		}
	}

	/** Gives back what a decision took in Redis, without waiting. */
	CompletableFuture<?> sendBack(ChargeDecision taken, RememberedKey key) {
		return (taken.receipt() instanceof Snapshot state) ? sendBackAll(taken.charge().permits(), state, key)
				: CompletableFuture.completedFuture(null);
	}

	/** A debt is given back to the state that it is charged to. */
	private CompletableFuture<?> sendBack(long permits, InFlightReceipt.Outcome outcome, LimitEncoding encoding,
			RememberedKey key) {
		Snapshot state = outcome.state();
		Snapshot last = key.last();
		if (state == null && outcome.owed() && last != null && last.encoding() == encoding) {
			state = last;
		}
		return (state != null) ? sendBackAll(permits, state, key) : CompletableFuture.completedFuture(null);
	}

	private CompletableFuture<?> sendBackAll(long permits, Snapshot state, RememberedKey key) {
		if (permits == 0) {
			return CompletableFuture.completedFuture(null);
		}
		if (state instanceof WindowOrSlotSnapshot facts && facts.encoding() instanceof SlotEncoding) {
			return this.slotLeases.giveBack(key, facts.fresh(), permits);
		}
		return sendBack(permits, state, key);
	}

	/** Permits are dropped if another configuration has read their state since. */
	private CompletableFuture<?> sendBack(long permits, Snapshot state, RememberedKey key) {
		Snapshot last = key.last();
		if (last != null && last.encoding() != state.encoding()) {
			return CompletableFuture.completedFuture(null);
		}
		return this.refunds.send(permits, state, key);
	}

	/**
	 * Charges the actual cost of a call instead of what it reserved, and waits for the
	 * reply until the deadline.
	 * @param taken what was reserved
	 * @param actual what it cost
	 * @param key the key
	 * @param encoding of which limit
	 */
	void settle(ChargeDecision taken, long actual, RememberedKey key, LimitEncoding encoding) {
		long more = actual - taken.charge().permits();
		if (taken.receipt() instanceof InFlightReceipt late) {
			await(late.whenKnown((outcome) -> settle(more, outcome, late.encoding(), key)));
		}
		else if (!(taken.receipt() instanceof Snapshot state)) {
			if (taken.isDegraded() && taken.hasFacts()) {
				this.fallback.settle(taken, actual, key, encoding);
			}
		}
		else {
			await(settle(more, state, key));
		}
	}

	private CompletableFuture<?> settle(long more, InFlightReceipt.Outcome outcome, LimitEncoding encoding,
			RememberedKey key) {
		Snapshot state = outcome.state();
		if (state != null) {
			return settle(more, state, key);
		}
		if (more > 0 && outcome.owed()) {
			owe(key, encoding, more);
		}
		return (more < 0) ? sendBack(-more, outcome, encoding, key) : CompletableFuture.completedFuture(null);
	}

	private CompletableFuture<?> settle(long more, Snapshot state, RememberedKey key) {
		if (more < 0) {
			return sendBack(-more, state, key);
		}
		return this.debts.charge(key, state.encoding(), more);
	}

	private void await(CompletableFuture<?> answer) {
		try {
			ScriptReplies.await(answer, this.time.nanoTime() + this.deadlineNanos, this.time);
		}
		catch (ExecutionException | TimeoutException ex) {
			// it was sent, and its failure has been reported
			return;
		}
	}

}
