package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.StoreObserver.Outcome;
import io.github.ratelimit.store.redis.client.FailureReason;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.local.ChargeGroup;
import io.github.ratelimit.store.redis.local.KeyCharge;
import io.github.ratelimit.store.redis.local.LocalFallback;
import io.github.ratelimit.store.redis.local.PermitRefunds;
import io.github.ratelimit.store.redis.local.RedisLimits;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the decisions: from leases and by refusals that are still valid, else in Redis,
 * each within its own deadline, and without Redis if the reply is late or missing.
 * Thread-safe.
 *
 * @param redis where the decisions are made
 * @param limits the limits as the store counts them
 * @param fallback decides without Redis
 * @param late decides if a reply is late
 * @param settlements keeps and gives back what the decisions take
 * @param refunds gives back what leases do not need
 */
record RedisDecisions(RedisAccess redis, RedisLimits limits, LocalFallback fallback, LateReplies late,
		RedisSettlements settlements, PermitRefunds refunds) {

	ChargeDecision take(Charge charge) {
		long start = this.redis.now();
		if (charge.handle().blocks() != null) {
			return takeAll(List.of(charge), start).get(0);
		}
		KeyCharge requested = KeyCharge.of(charge, this.limits, start);
		ChargeDecision decision = requested.decideLocally(start);
		if (decision == null) {
			return ask(new ChargeGroup(1, List.of(requested)), start).get(0);
		}
		requested.key().count(decision.isViolated(), start);
		return decision;
	}

	/**
	 * Takes all charges or none, in the order in which they are given, without a lease.
	 * @param charges the charges
	 * @param since when the caller began to wait; a later time than now counts as now
	 */
	List<ChargeDecision> takeAll(List<Charge> charges, long since) {
		if (charges.isEmpty()) {
			return List.of();
		}
		long now = this.redis.now();
		ChargeGroup requested = ChargeGroup.of(charges, this.limits, now);
		List<ChargeDecision> decisions = requested.refusedWithoutAsking(now);
		return (decisions != null) ? finish(requested, decisions, now)
				: ask(requested, (since - now < 0) ? since : now);
	}

	private List<ChargeDecision> ask(ChargeGroup requested, long start) {
		List<ChargeDecision> decisions = withSlots(requested, start, () -> decide(requested, start));
		beginLease(requested, decisions, start);
		return finish(requested, decisions, start);
	}

	/** Takes all charges or none, without a call to Redis. */
	List<ChargeDecision> takeUnanswered(List<Charge> charges) {
		long start = this.redis.now();
		ChargeGroup requested = ChargeGroup.of(charges, this.limits, start);
		return finish(requested, withSlots(requested, start, () -> {
			requested.charges().forEach((charge) -> this.redis.node(charge.key().name()).decidedWithout(1));
			return this.fallback.takeAll(requested.charges(), this.redis.now());
		}), start);
	}

	private List<ChargeDecision> withSlots(ChargeGroup requested, long start, Supplier<List<ChargeDecision>> take) {
		requested.reserveSlots();
		List<ChargeDecision> decisions;
		try {
			decisions = take.get();
		}
		catch (RuntimeException | Error ex) {
			requested.dropSlots();
			throw ex;
		}
		return holdSlots(requested, decisions, start);
	}

	private List<ChargeDecision> holdSlots(ChargeGroup requested, List<ChargeDecision> decisions, long start) {
		return requested.holdSlots(decisions, (taken, charge) -> this.settlements.giveBack(taken, charge, start));
	}

	/**
	 * Takes all charges or none, and does not hold the calling thread while Redis
	 * answers.
	 */
	CompletableFuture<List<ChargeDecision>> takeAllAsync(List<Charge> charges, Executor executor) {
		if (charges.isEmpty()) {
			return CompletableFuture.completedFuture(List.of());
		}
		long start = this.redis.now();
		ChargeGroup requested = ChargeGroup.of(charges, this.limits, start);
		List<ChargeDecision> decided = requested.decideLocally(start);
		if (decided != null) {
			return CompletableFuture.completedFuture(finish(requested, decided, start));
		}
		requested.reserveSlots();
		// what the first step throws is a failure like that of a later one
		return CompletableFuture.completedFuture(requested)
			.thenCompose((group) -> decideAsync(group, start, executor))
			.handle((decisions, failure) -> {
				if (failure != null) {
					requested.dropSlots();
					throw new CompletionException(FailureReason.cause(failure));
				}
				beginLease(requested, decisions, start);
				return finish(requested, holdSlots(requested, decisions, start), start);
			})
			.copy();
	}

	/** A call of one limit may be followed by others of its key. */
	private void beginLease(ChargeGroup requested, List<ChargeDecision> decisions, long now) {
		Duration lease = requested.charges().get(0).charge().handle().registered().settings().lease();
		BucketEncoding shared = requested.sharedEncoding();
		if (lease != null && shared != null && decisions.get(0).receipt() instanceof Snapshot) {
			requested.firstKey().lease(this.redis, this.refunds, lease).granted(shared, now);
		}
	}

	/** Keeps what was taken, and counts the decisions about the call's own charges. */
	private List<ChargeDecision> finish(ChargeGroup requested, List<ChargeDecision> decisions, long now) {
		for (int i = 0; i < decisions.size(); i++) {
			if (requested.charges().get(i).isForSlots()) {
				this.settlements.hold(decisions.get(i), requested.charges().get(i).key());
			}
		}
		List<ChargeDecision> own = requested.own(decisions, (taken) -> this.settlements.giveBack(taken, now));
		boolean granted = isGranted(own);
		for (int i = 0; i < own.size(); i++) {
			RememberedKey key = requested.charges().get(i).key();
			if (granted || own.get(i).isViolated()) {
				key.count(own.get(i).isViolated(), now);
			}
			else {
				key.seen(now);
			}
		}
		return own;
	}

	/** Returns whether no decision refuses. */
	static boolean isGranted(List<ChargeDecision> decisions) {
		for (int i = 0; i < decisions.size(); i++) {
			if (decisions.get(i).isRefused()) {
				return false;
			}
		}
		return true;
	}

	private List<ChargeDecision> decide(ChargeGroup group, long start) {
		if (!group.isOfOneSlot(this.redis)) {
			return new ClusterDecision(group.bySlot(), this).decide(group.charges(), start);
		}
		List<ChargeDecision> decided = decideWithoutAsking(group, start);
		if (decided != null) {
			return decided;
		}
		try (StoreObserver.Call observed = this.redis.asking(group.size());
				ScriptCall call = ScriptCall.take(group, this.redis)) {
			return decided(call, call.await(start), observed, start);
		}
	}

	private CompletableFuture<List<ChargeDecision>> decideAsync(ChargeGroup group, long start, Executor executor) {
		if (!group.isOfOneSlot(this.redis)) {
			return CompletableFuture.supplyAsync(() -> decide(group, start), executor);
		}
		List<ChargeDecision> decided = decideWithoutAsking(group, start);
		if (decided != null) {
			return CompletableFuture.completedFuture(decided);
		}
		StoreObserver.Call observed = this.redis.asking(group.size());
		ScriptCall call;
		try {
			call = ScriptCall.take(group, this.redis);
		}
		catch (RuntimeException | Error ex) {
			observed.close();
			throw ex;
		}
		observed.detached();
		return call.reply(start, executor)
			.thenApply((reply) -> decided(call, reply, observed, start))
			.whenComplete((decisions, failure) -> {
				observed.close();
				call.close();
			});
	}

	/** Returns null if Redis can be asked. */
	private @Nullable List<ChargeDecision> decideWithoutAsking(ChargeGroup group, long start) {
		byte[] key = group.firstKey().name();
		if (this.redis.isOpen(key)) {
			return decideWithout(List.of(group));
		}
		if (this.redis.isCrowded(key)) {
			return decideLate(List.of(group), List.of(), start);
		}
		if (group.isBehindLatePermit()) {
			// a scheduled permit before these is not answered yet
			group.node(this.redis).late(start, true, key);
			return decideLate(List.of(group), List.of(), start);
		}
		return null;
	}

	private List<ChargeDecision> decided(ScriptCall call, @Nullable List<ChargeDecision> reply,
			StoreObserver.Call observed, long start) {
		if (reply != null) {
			observed.ended(call.isGranted() ? Outcome.ALLOWED : Outcome.REFUSED);
			return reply;
		}
		if (call.hasFailed()) {
			observed.ended(Outcome.FAILED);
			abandon(call);
			return decideWithout(List.of(call.group()));
		}
		observed.ended(Outcome.LATE);
		return decideLate(List.of(call.group()), List.of(call), start);
	}

	/**
	 * Decides by the last snapshots, and handles the replies when they arrive.
	 * @param groups the charges
	 * @param calls what was sent for the groups; if nothing was, it is sent now, unless a
	 * charge is refused or too many replies of a node are late: then what was taken
	 * becomes a debt
	 */
	List<ChargeDecision> decideLate(List<ChargeGroup> groups, List<ScriptCall> calls, long start) {
		List<List<ChargeDecision>> decided = this.late.decide(groups, start);
		List<ChargeDecision> all = decided.stream().flatMap(List::stream).toList();
		boolean granted = isGranted(all);
		for (int i = 0; i < groups.size(); i++) {
			ChargeGroup group = groups.get(i);
			if (!calls.isEmpty()) {
				calls.get(i).leave(this.late, decided.get(i));
			}
			else if (granted && !this.redis.isCrowded(group.firstKey().name())) {
				ScriptCall.ask(group, true, this.redis).leave(this.late, decided.get(i));
			}
			else {
				this.late.unasked(group, decided.get(i));
			}
		}
		return all;
	}

	/** Gives back what a call is granted whose caller no longer waits. */
	void abandon(ScriptCall call) {
		call.leave(this.late, List.of());
	}

	List<ChargeDecision> decideWithout(List<ChargeGroup> groups) {
		groups.forEach((group) -> group.node(this.redis).decidedWithout(group.size()));
		return this.fallback.takeAll(groups.stream().flatMap((group) -> group.charges().stream()).toList(),
				this.redis.now());
	}

}
