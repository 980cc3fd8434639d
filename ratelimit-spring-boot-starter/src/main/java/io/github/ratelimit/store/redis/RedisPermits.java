package io.github.ratelimit.store.redis;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.PreparedForm;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.local.PermitLease;
import io.github.ratelimit.store.redis.local.PermitLeaseSource;
import io.github.ratelimit.store.redis.local.RedisLimit;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.local.SlotReservation;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.SlotEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes permits and returns them: from leases, by refusals that are still valid, and with
 * the slots that this instance holds, before Redis is asked. Thread-safe.
 */
final class RedisPermits {

	private final PreparedForm<RedisLimit> limits;

	private final RedisDecisions decisions;

	private final RedisSettlements settlements;

	private final PermitLeaseSource leases;

	private final TimeSource time;

	RedisPermits(PreparedForm<RedisLimit> limits, RedisDecisions decisions, PermitLeaseSource leases, TimeSource time) {
		this.limits = limits;
		this.decisions = decisions;
		this.settlements = decisions.settlements();
		this.leases = leases;
		this.time = time;
	}

	ChargeDecision take(Charge charge) {
		if (charge.handle().blocks() != null) {
			return takeTogether(List.of(charge)).get(0);
		}
		long start = this.time.nanoTime();
		RedisLimit limit = this.limits.of(charge.handle());
		LimitEncoding encoding = limit.encoding();
		RememberedKey key = limit.keys().get(charge.key(), start);
		Duration lease = charge.handle().registered().settings().lease();
		ChargeDecision decision = decideWithoutAsking(charge, key, lease, encoding, start);
		if (decision == null) {
			decision = (encoding instanceof SlotEncoding)
					? takeAll(new RequestedKeys(1, List.of(charge), new RememberedKey[] { key },
							new LimitEncoding[] { encoding }), start)
						.get(0)
					: this.decisions.take(charge, key, encoding, start);
			if (decision.receipt() instanceof Snapshot && !decision.isViolated()) {
				if (encoding instanceof SlotEncoding) {
					this.settlements.hold(decision, key);
				}
				else {
					beginLease(key, lease, encoding, start);
				}
			}
		}
		key.count(decision.isViolated(), start);
		return decision;
	}

	private static @Nullable ChargeDecision decideWithoutAsking(Charge charge, RememberedKey key,
			@Nullable Duration ttl, LimitEncoding encoding, long now) {
		PermitLease lease = key.lease(ttl);
		ChargeDecision leased = (lease != null && encoding instanceof BucketEncoding scale)
				? lease.take(charge, scale, now) : null;
		return (leased != null) ? leased : key.refusedWithoutAsking(charge, encoding, now);
	}

	private void beginLease(RememberedKey key, @Nullable Duration lease, LimitEncoding encoding, long now) {
		if (lease != null && encoding instanceof BucketEncoding scale && !scale.isPaced()) {
			key.lease(this.leases, lease).granted(scale, now);
		}
	}

	List<ChargeDecision> takeAll(List<Charge> charges) {
		if (charges.isEmpty()) {
			return List.of();
		}
		if (charges.size() == 1) {
			return List.of(take(charges.get(0)));
		}
		return takeTogether(charges);
	}

	private List<ChargeDecision> takeTogether(List<Charge> charges) {
		long start = this.time.nanoTime();
		RequestedKeys requested = RequestedKeys.of(charges, this.limits, start);
		List<ChargeDecision> decisions = requested.refusedWithoutAsking(start);
		return finish(requested, (decisions != null) ? decisions : takeAll(requested, start), start);
	}

	CompletableFuture<List<ChargeDecision>> takeAllAsync(List<Charge> charges, Executor executor) {
		if (charges.isEmpty()) {
			return CompletableFuture.completedFuture(List.of());
		}
		long start = this.time.nanoTime();
		RequestedKeys requested = RequestedKeys.of(charges, this.limits, start);
		List<ChargeDecision> decided = decideWithoutAsking(requested, start);
		if (decided != null) {
			return CompletableFuture.completedFuture(finish(requested, decided, start));
		}
		SlotReservation slots = SlotReservation.of(requested.charges(), requested.keys());
		CompletableFuture<List<ChargeDecision>> taking;
		try {
			taking = this.decisions.takeAllAsync(requested.charges(), requested.keys(), requested.encodings(), start,
					executor);
		}
		catch (RuntimeException | Error ex) {
			slots.drop();
			throw ex;
		}
		return taking.handle((decisions, failure) -> {
			if (failure != null) {
				slots.drop();
				throw new CompletionException(failure);
			}
			beginLease(requested, decisions, start);
			return finish(requested, hold(requested, slots, decisions), start);
		}).copy();
	}

	private static @Nullable List<ChargeDecision> decideWithoutAsking(RequestedKeys requested, long now) {
		if (!requested.isOne()) {
			return requested.refusedWithoutAsking(now);
		}
		Charge charge = requested.charges().get(0);
		ChargeDecision decision = decideWithoutAsking(charge, requested.keys()[0],
				charge.handle().registered().settings().lease(), requested.encodings()[0], now);
		return (decision != null) ? List.of(decision) : null;
	}

	/** A call of one limit may be followed by others of its key. */
	private void beginLease(RequestedKeys requested, List<ChargeDecision> decisions, long now) {
		ChargeDecision decision = decisions.get(0);
		if (requested.isOne() && decision.receipt() instanceof Snapshot && !decision.isViolated()) {
			beginLease(requested.keys()[0], decision.charge().handle().registered().settings().lease(),
					requested.encodings()[0], now);
		}
	}

	List<ChargeDecision> takeUnanswered(List<Charge> charges) {
		long start = this.time.nanoTime();
		RequestedKeys requested = RequestedKeys.of(charges, this.limits, start);
		List<ChargeDecision> decisions = takeSlots(requested,
				() -> this.decisions.takeUnanswered(requested.charges(), requested.keys(), requested.encodings()));
		return finish(requested, decisions, start);
	}

	private List<ChargeDecision> takeAll(RequestedKeys requested, long start) {
		return takeSlots(requested,
				() -> this.decisions.takeAll(requested.charges(), requested.keys(), requested.encodings(), start));
	}

	private List<ChargeDecision> takeSlots(RequestedKeys requested, Supplier<List<ChargeDecision>> take) {
		SlotReservation slots = SlotReservation.of(requested.charges(), requested.keys());
		List<ChargeDecision> decisions;
		try {
			decisions = take.get();
		}
		catch (RuntimeException | Error ex) {
			slots.drop();
			throw ex;
		}
		return hold(requested, slots, decisions);
	}

	private List<ChargeDecision> hold(RequestedKeys requested, SlotReservation slots, List<ChargeDecision> decisions) {
		return slots.hold(decisions,
				(taken, i) -> this.settlements.giveBack(taken, requested.keys()[i], requested.encodings()[i]));
	}

	/** Keeps what was taken, and counts the decisions about the call's own charges. */
	private List<ChargeDecision> finish(RequestedKeys requested, List<ChargeDecision> decisions, long now) {
		RememberedKey[] keys = requested.keys();
		for (int i = 0; i < keys.length; i++) {
			if (requested.encodings()[i] instanceof SlotEncoding) {
				this.settlements.hold(decisions.get(i), keys[i]);
			}
		}
		List<ChargeDecision> own = requested.own(decisions, this::giveBack);
		boolean granted = own.stream().noneMatch(ChargeDecision::isRefused);
		for (int i = 0; i < own.size(); i++) {
			if (granted || own.get(i).isViolated()) {
				keys[i].count(own.get(i).isViolated(), now);
			}
			else {
				keys[i].seen(now);
			}
		}
		return own;
	}

	void giveBack(ChargeDecision taken) {
		RememberedKey key = key(taken);
		this.settlements.giveBack(taken, key, this.limits.of(taken.charge().handle()).encoding());
		SlotReservation.end(taken, key);
	}

	void settle(ChargeDecision taken, long actual) {
		this.settlements.settle(taken, actual, key(taken), this.limits.of(taken.charge().handle()).encoding());
	}

	private RememberedKey key(ChargeDecision taken) {
		return this.limits.of(taken.charge().handle()).keys().get(taken.key(), this.time.nanoTime());
	}

}
