package io.github.ratelimit.store.redis;

import io.github.ratelimit.Charge;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.TimeSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks Redis, each caller until its own deadline, and decides without it where there is
 * no answer. Thread-safe.
 */
final class Decisions {

	private final RedisScripts redis;

	private final Scripts scripts;

	private final Nodes nodes;

	private final StandIn standIn;

	private final TimeSource time;

	private final PlaceLeases places;

	private final UnchargedPermits uncharged;

	private final GiveBacks giveBacks;

	private final long deadlineNanos;

	Decisions(RedisScripts redis, Scripts scripts, Nodes nodes, StandIn standIn, PlaceLeases places,
			UnchargedPermits uncharged, GiveBacks giveBacks, TimeSource time, long deadlineNanos) {
		this.redis = redis;
		this.scripts = scripts;
		this.nodes = nodes;
		this.standIn = standIn;
		this.places = places;
		this.uncharged = uncharged;
		this.giveBacks = giveBacks;
		this.time = time;
		this.deadlineNanos = deadlineNanos;
	}

	/** Takes one charge, together with others that ask for the same key just now. */
	LimitDecision take(Charge charge, KnownKey key, LimitTerms terms, long start) {
		ChargeGroup group = new ChargeGroup(List.of(charge), new KnownKey[] { key }, new LimitTerms[] { terms },
				this.nodes.of(key.name()));
		if (group.node().isOpen()) {
			return decideWithout(List.of(group)).get(0);
		}
		if (!(terms instanceof LevelScale scale) || scale.isPaced()) {
			return await(ask(group, true), start).get(0);
		}
		if (!key.calls().enter()) {
			return await(Question.takeTogether(group, scale, this.redis, this.scripts.takeMany(), this.time), start)
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
	List<LimitDecision> takeAll(List<Charge> charges, KnownKey[] keys, LimitTerms[] terms, long start) {
		if (!this.redis.isCluster()) {
			return takeGroup(new ChargeGroup(charges, keys, terms, this.nodes.of(keys[0].name())), start);
		}
		List<ChargeGroup> groups = ChargeGroup.bySlot(charges, keys, terms, this.nodes);
		return (groups.size() == 1) ? takeGroup(groups.get(0), start)
				: new SlotsDecision(groups, this).decide(charges, start);
	}

	/** Takes all charges or none, without asking Redis. */
	List<LimitDecision> takeUnanswered(List<Charge> charges, KnownKey[] keys, LimitTerms[] terms) {
		for (KnownKey key : keys) {
			this.nodes.of(key.name()).decidedWithout(1);
		}
		return this.standIn.takeAll(charges, keys, terms, this.time.nanoTime());
	}

	private List<LimitDecision> takeGroup(ChargeGroup group, long start) {
		return group.node().isOpen() ? decideWithout(List.of(group)) : await(ask(group, true), start);
	}

	private List<LimitDecision> await(Question question, long start) {
		Question.Said said = question.await(left(start));
		if (said != null) {
			return said.decisions();
		}
		abandon(question);
		return decideWithout(List.of(question.group()));
	}

	Question ask(ChargeGroup group, boolean take) {
		return take ? Question.take(group, this.redis, this.scripts.take(), this.time)
				: Question.look(group, this.redis, this.scripts.take(), this.time);
	}

	/** Returns how many nanoseconds are left of a decision's deadline. */
	long left(long start) {
		return this.deadlineNanos - (this.time.nanoTime() - start);
	}

	/** Lets what nobody waits for any more go back, should it be granted yet. */
	void abandon(Question question) {
		question.abandon(this);
	}

	List<LimitDecision> decideWithout(List<ChargeGroup> groups) {
		List<Charge> charges = new ArrayList<>();
		List<KnownKey> keys = new ArrayList<>();
		List<LimitTerms> terms = new ArrayList<>();
		for (ChargeGroup group : groups) {
			charges.addAll(group.charges());
			keys.addAll(Arrays.asList(group.known()));
			terms.addAll(Arrays.asList(group.terms()));
			group.node().decidedWithout(group.size());
		}
		return this.standIn.takeAll(charges, keys.toArray(KnownKey[]::new), terms.toArray(LimitTerms[]::new),
				this.time.nanoTime());
	}

	PlaceLeases places() {
		return this.places;
	}

	/** Gives back what a decision took, and waits for it until the deadline. */
	void giveBack(LimitDecision taken, KnownKey key, LimitTerms terms) {
		if (taken.receipt() instanceof SeenState) {
			await(sendBack(taken, key));
		}
		else if (taken.isDegraded() && taken.hasFacts()) {
			this.standIn.giveBack(taken, key, terms);
		}
	}

	/** Gives back what a decision took in Redis, without waiting. */
	CompletableFuture<?> sendBack(LimitDecision taken, KnownKey key) {
		long permits = taken.charge().permits();
		if (permits == 0 || !(taken.receipt() instanceof SeenState state)) {
			return CompletableFuture.completedFuture(null);
		}
		if (state instanceof SeenFacts facts && facts.terms() instanceof PlaceTerms) {
			return this.places.giveBack(key, facts.fresh(), permits);
		}
		return sendBack(permits, state, key);
	}

	/** Permits of a state that was read by another configuration since are dropped. */
	private CompletableFuture<?> sendBack(long permits, SeenState state, KnownKey key) {
		SeenState last = key.last();
		if (last != null && !last.terms().limit().equals(state.terms().limit())) {
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
	void settle(LimitDecision taken, long actual, KnownKey key, LimitTerms terms) {
		long more = actual - taken.charge().permits();
		if (!(taken.receipt() instanceof SeenState state)) {
			if (taken.isDegraded() && taken.hasFacts()) {
				this.standIn.settle(taken, actual, key, terms);
			}
		}
		else if (more < 0) {
			await(sendBack(-more, state, key));
		}
		else if (more > 0) {
			await(this.uncharged.charge(key, state.terms(), more));
		}
	}

	private void await(CompletableFuture<?> answer) {
		try {
			answer.get(this.deadlineNanos, TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			// it was sent, and its failure is told where it was
			return;
		}
	}

}
