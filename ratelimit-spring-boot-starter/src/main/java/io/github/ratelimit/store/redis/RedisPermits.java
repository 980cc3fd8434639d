package io.github.ratelimit.store.redis;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.LimitHandle.PreparedForm;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.local.KeyCharge;
import io.github.ratelimit.store.redis.local.PermitLease;
import io.github.ratelimit.store.redis.local.PermitLeaseSource;
import io.github.ratelimit.store.redis.local.RedisLimit;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.local.SlotReservation;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.LimitEncoding;
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
 *
 * @param limits the limits as the store counts them
 * @param decisions asks Redis
 * @param settlements keeps and returns what was taken
 * @param leases takes permits in advance
 * @param time the time of this instance
 */
record RedisPermits(PreparedForm<RedisLimit> limits, RedisDecisions decisions, RedisSettlements settlements,
		PermitLeaseSource leases, TimeSource time) {

	ChargeDecision take(Charge charge) {
		if (charge.handle().blocks() != null) {
			return takeTogether(List.of(charge)).get(0);
		}
		long start = this.time.nanoTime();
		RedisLimit limit = this.limits.of(charge.handle());
		RememberedKey key = limit.keys().get(charge.key(), start);
		ChargeDecision decision = decideWithoutAsking(charge, key, limit.encoding(), start);
		if (decision == null) {
			return ask(new RequestedKeys(1, List.of(new KeyCharge(charge, key, limit.encoding()))), start).get(0);
		}
		key.count(decision.isViolated(), start);
		return decision;
	}

	/** Takes what the caller of a decision needs beside it, without a lease. */
	ChargeDecision takeSince(Charge charge, long since) {
		long now = this.time.nanoTime();
		return takeTogether(List.of(charge), now, (since - now < 0) ? since : now).get(0);
	}

	private static @Nullable ChargeDecision decideWithoutAsking(Charge charge, RememberedKey key,
			LimitEncoding encoding, long now) {
		PermitLease lease = key.lease(charge.handle().registered().settings().lease());
		ChargeDecision leased = (lease != null && encoding instanceof BucketEncoding bucket)
				? lease.take(charge, bucket, now) : null;
		return (leased != null) ? leased : key.refusedWithoutAsking(charge, encoding, now);
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
		return takeTogether(charges, start, start);
	}

	private List<ChargeDecision> takeTogether(List<Charge> charges, long now, long start) {
		RequestedKeys requested = RequestedKeys.of(charges, this.limits, now);
		List<ChargeDecision> decisions = requested.refusedWithoutAsking(now);
		return (decisions != null) ? finish(requested, decisions, now) : ask(requested, start);
	}

	private List<ChargeDecision> ask(RequestedKeys requested, long start) {
		List<ChargeDecision> decisions = takeSlots(requested, start,
				() -> this.decisions.takeAll(requested.charges(), start));
		beginLease(requested, decisions, start);
		return finish(requested, decisions, start);
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
		SlotReservation slots = SlotReservation.of(requested.charges());
		CompletableFuture<List<ChargeDecision>> taking;
		try {
			taking = this.decisions.takeAllAsync(requested.charges(), start, executor);
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
			return finish(requested, hold(slots, decisions, start), start);
		}).copy();
	}

	private static @Nullable List<ChargeDecision> decideWithoutAsking(RequestedKeys requested, long now) {
		if (!requested.isOne()) {
			return requested.refusedWithoutAsking(now);
		}
		KeyCharge first = requested.charges().get(0);
		ChargeDecision decision = decideWithoutAsking(first.charge(), first.key(), first.encoding(), now);
		return (decision != null) ? List.of(decision) : null;
	}

	/** A call of one limit may be followed by others of its key. */
	private void beginLease(RequestedKeys requested, List<ChargeDecision> decisions, long now) {
		KeyCharge first = requested.charges().get(0);
		Duration lease = first.charge().handle().registered().settings().lease();
		if (lease != null && requested.isOne() && decisions.get(0).receipt() instanceof Snapshot
				&& first.encoding() instanceof BucketEncoding bucket && !bucket.isPaced()) {
			first.key().lease(this.leases, lease).granted(bucket, now);
		}
	}

	List<ChargeDecision> takeUnanswered(List<Charge> charges) {
		long start = this.time.nanoTime();
		RequestedKeys requested = RequestedKeys.of(charges, this.limits, start);
		return finish(requested, takeSlots(requested, start, () -> this.decisions.takeUnanswered(requested.charges())),
				start);
	}

	private List<ChargeDecision> takeSlots(RequestedKeys requested, long start, Supplier<List<ChargeDecision>> take) {
		SlotReservation slots = SlotReservation.of(requested.charges());
		List<ChargeDecision> decisions;
		try {
			decisions = take.get();
		}
		catch (RuntimeException | Error ex) {
			slots.drop();
			throw ex;
		}
		return hold(slots, decisions, start);
	}

	private List<ChargeDecision> hold(SlotReservation slots, List<ChargeDecision> decisions, long start) {
		return slots.hold(decisions, (taken, requested) -> this.settlements.giveBack(taken, requested, start));
	}

	/** Keeps what was taken, and counts the decisions about the call's own charges. */
	private List<ChargeDecision> finish(RequestedKeys requested, List<ChargeDecision> decisions, long now) {
		for (int i = 0; i < decisions.size(); i++) {
			this.settlements.hold(decisions.get(i), requested.charges().get(i).key());
		}
		List<ChargeDecision> own = requested.own(decisions, (taken) -> giveBack(taken, now));
		boolean granted = RedisDecisions.isGranted(own);
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

	void giveBack(ChargeDecision taken) {
		giveBack(taken, this.time.nanoTime());
	}

	private void giveBack(ChargeDecision taken, long since) {
		KeyCharge requested = requested(taken);
		this.settlements.giveBack(taken, requested, since);
		SlotReservation.end(taken, requested.key());
	}

	void settle(ChargeDecision taken, long actual) {
		this.settlements.settle(taken, actual, requested(taken));
	}

	private KeyCharge requested(ChargeDecision taken) {
		return KeyCharge.of(taken.charge(), this.limits, this.time.nanoTime());
	}

}
