package io.github.ratelimit.store.redis;

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
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.TimeSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks Redis, each caller until its own deadline, and decides without it where the answer
 * is late or there is none. Thread-safe.
 */
final class RedisDecisions {

	private final ScriptClient redis;

	private final StoreScripts scripts;

	private final RedisNodes nodes;

	private final LocalFallback standIn;

	private final TimeSource time;

	private final DeadlineFallback late;

	private final SlotLeases places;

	private final DebtLedger uncharged;

	private final PermitRefunds giveBacks;

	private final long deadlineNanos;

	RedisDecisions(ScriptClient redis, StoreScripts scripts, RedisNodes nodes, LocalFallback standIn,
			DeadlineFallback late, SlotLeases places, DebtLedger uncharged, PermitRefunds giveBacks, TimeSource time,
			long deadlineNanos) {
		this.redis = redis;
		this.scripts = scripts;
		this.nodes = nodes;
		this.standIn = standIn;
		this.late = late;
		this.places = places;
		this.uncharged = uncharged;
		this.giveBacks = giveBacks;
		this.time = time;
		this.deadlineNanos = deadlineNanos;
	}

	/** Takes one charge, together with others that ask for the same key just now. */
	ChargeDecision take(Charge charge, RememberedKey key, LimitEncoding terms, long start) {
		ChargeGroup group = new ChargeGroup(List.of(charge), new RememberedKey[] { key }, new LimitEncoding[] { terms },
				this.nodes.of(key.name()));
		if (group.node().isOpen()) {
			return decideWithout(List.of(group)).get(0);
		}
		if (group.node().isCrowded()) {
			return decideLate(group, null, start).get(0);
		}
		if (group.isBehindLateTurn()) {
			return decideBehindLateTurn(group, start).get(0);
		}
		if (!(terms instanceof BucketEncoding scale) || scale.isPaced()) {
			return await(ask(group, true), start).get(0);
		}
		if (!key.calls().enter()) {
			return await(ScriptCall.takeTogether(group, scale, this.redis, this.scripts.takeMany(), this.time), start)
				.get(0);
		}
		try {
			return await(ask(group, true), start).get(0);
		}
		finally {
			key.calls().leave(key, this.redis, this.scripts.takeMany());
		}
	}

	/** Takes all charges or none, in the order in which they are given. */
	List<ChargeDecision> takeAll(List<Charge> charges, RememberedKey[] keys, LimitEncoding[] terms, long start) {
		if (!this.redis.isCluster()) {
			return takeGroup(new ChargeGroup(charges, keys, terms, this.nodes.of(keys[0].name())), start);
		}
		List<ChargeGroup> groups = ChargeGroup.bySlot(charges, keys, terms, this.nodes);
		return (groups.size() == 1) ? takeGroup(groups.get(0), start)
				: new ClusterDecision(groups, this).decide(charges, start);
	}

	/** Takes all charges or none, without asking Redis. */
	List<ChargeDecision> takeUnanswered(List<Charge> charges, RememberedKey[] keys, LimitEncoding[] terms) {
		for (RememberedKey key : keys) {
			this.nodes.of(key.name()).decidedWithout(1);
		}
		return this.standIn.takeAll(charges, keys, terms, this.time.nanoTime());
	}

	private List<ChargeDecision> takeGroup(ChargeGroup group, long start) {
		if (group.node().isOpen()) {
			return decideWithout(List.of(group));
		}
		if (group.node().isCrowded()) {
			return decideLate(group, null, start);
		}
		return group.isBehindLateTurn() ? decideBehindLateTurn(group, start) : await(ask(group, true), start);
	}

	/** Nobody waits for Redis who stands behind a turn that it has not answered yet. */
	private List<ChargeDecision> decideBehindLateTurn(ChargeGroup group, long start) {
		DeadlineFallback.Taken taken = this.late.decide(List.of(group), start);
		group.node().late(start, true, group.known()[0].name());
		leave(group, taken.granted() ? ask(group, true) : null, taken.receipts().get(0));
		return taken.decisions();
	}

	private List<ChargeDecision> await(ScriptCall question, long start) {
		ScriptCall.Said said = question.await(deadline(start, question.group()));
		if (said != null) {
			return said.decisions();
		}
		if (question.hasFailed()) {
			abandon(question);
			return decideWithout(List.of(question.group()));
		}
		return decideLate(question.group(), question, start);
	}

	private List<ChargeDecision> decideLate(ChargeGroup group, @Nullable ScriptCall question, long start) {
		DeadlineFallback.Taken taken = this.late.decide(List.of(group), start);
		leave(group, question, taken.receipts().get(0));
		return taken.decisions();
	}

	/** Decides groups whose answers are late, all or nothing. */
	DeadlineFallback.Taken decideLate(List<ChargeGroup> groups, long start) {
		return this.late.decide(groups, start);
	}

	/**
	 * Lets the answer to a question come when it comes.
	 * @param group who was decided
	 * @param question who was asked, null if nobody: then what was taken is owed
	 * @param receipts of what each charge has taken, null for one that has not
	 */
	void leave(ChargeGroup group, @Nullable ScriptCall question, @Nullable InFlightReceipt[] receipts) {
		InFlightCall call = new InFlightCall(group, receipts, this);
		if (question != null) {
			question.leave(call);
		}
		else {
			call.unasked();
		}
	}

	ScriptCall ask(ChargeGroup group, boolean take) {
		return take ? ScriptCall.take(group, this.redis, this.scripts.take(), this.time)
				: ScriptCall.look(group, this.redis, this.scripts.take(), this.time);
	}

	/** Returns until when a decision's answer is waited for. */
	static long deadline(long start, ChargeGroup group) {
		return start + (group.isBehindLateTurn() ? 0 : group.patienceNanos());
	}

	/** Lets what nobody waits for any more go back, should it be granted yet. */
	void abandon(ScriptCall question) {
		leave(question.group(), question, new @Nullable InFlightReceipt[question.group().size()]);
	}

	List<ChargeDecision> decideWithout(List<ChargeGroup> groups) {
		List<Charge> charges = new ArrayList<>();
		List<RememberedKey> keys = new ArrayList<>();
		List<LimitEncoding> terms = new ArrayList<>();
		for (ChargeGroup group : groups) {
			charges.addAll(group.charges());
			keys.addAll(Arrays.asList(group.known()));
			terms.addAll(Arrays.asList(group.terms()));
			group.node().decidedWithout(group.size());
		}
		return this.standIn.takeAll(charges, keys.toArray(RememberedKey[]::new), terms.toArray(LimitEncoding[]::new),
				this.time.nanoTime());
	}

	SlotLeases places() {
		return this.places;
	}

	/** Keeps the places that a decision has taken, if it has. */
	void hold(ChargeDecision decision, RememberedKey key) {
		if (decision.receipt() instanceof WindowOrSlotSnapshot facts && facts.terms() instanceof SlotEncoding) {
			this.places.hold(key, facts, decision.charge().permits());
		}
	}

	/** Lets permits be charged that a call has got without Redis. */
	void owe(RememberedKey key, LimitEncoding terms, long permits) {
		this.uncharged.add(key, terms, permits);
	}

	/** Gives back what a decision took, and waits for it until the deadline. */
	void giveBack(ChargeDecision taken, RememberedKey key, LimitEncoding terms) {
		if (taken.receipt() instanceof Snapshot) {
			await(sendBack(taken, key));
		}
		else if (taken.receipt() instanceof InFlightReceipt late) {
			long permits = taken.charge().permits();
			await(late.whenKnown((outcome) -> sendBack(permits, outcome, late.terms(), key)));
		}
		else if (taken.isDegraded() && taken.hasFacts()) {
			this.standIn.giveBack(taken, key, terms);
		}
	}

	/** Gives back what a decision took in Redis, without waiting. */
	CompletableFuture<?> sendBack(ChargeDecision taken, RememberedKey key) {
		return (taken.receipt() instanceof Snapshot state) ? sendBackAll(taken.charge().permits(), state, key)
				: CompletableFuture.completedFuture(null);
	}

	/** What is owed goes back to the state that is charged for it. */
	private CompletableFuture<?> sendBack(long permits, InFlightReceipt.Outcome outcome, LimitEncoding terms,
			RememberedKey key) {
		Snapshot state = outcome.state();
		Snapshot last = key.last();
		if (state == null && outcome.owed() && last != null && last.terms() == terms) {
			state = last;
		}
		return (state != null) ? sendBackAll(permits, state, key) : CompletableFuture.completedFuture(null);
	}

	private CompletableFuture<?> sendBackAll(long permits, Snapshot state, RememberedKey key) {
		if (permits == 0) {
			return CompletableFuture.completedFuture(null);
		}
		if (state instanceof WindowOrSlotSnapshot facts && facts.terms() instanceof SlotEncoding) {
			return this.places.giveBack(key, facts.fresh(), permits);
		}
		return sendBack(permits, state, key);
	}

	/** Permits of a state that was read by another configuration since are dropped. */
	private CompletableFuture<?> sendBack(long permits, Snapshot state, RememberedKey key) {
		Snapshot last = key.last();
		if (last != null && last.terms() != state.terms()) {
			return CompletableFuture.completedFuture(null);
		}
		return this.giveBacks.send(permits, state, key);
	}

	/**
	 * Charges what a call cost instead of what it reserved, and waits for it until the
	 * deadline.
	 * @param taken what was reserved
	 * @param actual what it cost
	 * @param key whose permits
	 * @param terms of which limit
	 */
	void settle(ChargeDecision taken, long actual, RememberedKey key, LimitEncoding terms) {
		long more = actual - taken.charge().permits();
		if (taken.receipt() instanceof InFlightReceipt late) {
			await(late.whenKnown((outcome) -> settle(more, outcome, late.terms(), key)));
		}
		else if (!(taken.receipt() instanceof Snapshot state)) {
			if (taken.isDegraded() && taken.hasFacts()) {
				this.standIn.settle(taken, actual, key, terms);
			}
		}
		else {
			await(settle(more, state, key));
		}
	}

	private CompletableFuture<?> settle(long more, InFlightReceipt.Outcome outcome, LimitEncoding terms,
			RememberedKey key) {
		Snapshot state = outcome.state();
		if (state != null) {
			return settle(more, state, key);
		}
		if (more > 0 && outcome.owed()) {
			owe(key, terms, more);
		}
		return (more < 0) ? sendBack(-more, outcome, terms, key) : CompletableFuture.completedFuture(null);
	}

	private CompletableFuture<?> settle(long more, Snapshot state, RememberedKey key) {
		if (more < 0) {
			return sendBack(-more, state, key);
		}
		return this.uncharged.charge(key, state.terms(), more);
	}

	private void await(CompletableFuture<?> answer) {
		try {
			ScriptReplies.await(answer, this.time.nanoTime() + this.deadlineNanos, this.time);
		}
		catch (ExecutionException | TimeoutException ex) {
			// it was sent, and its failure is told where it was
			return;
		}
	}

}
