package io.github.ratelimit.store.memory;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.ratelimit.Charge;
import io.github.ratelimit.Key;
import io.github.ratelimit.KeyState;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.Rate;
import io.github.ratelimit.Receipt;
import io.github.ratelimit.store.bucket4j.BucketConfigurations;
import io.github.ratelimit.store.bucket4j.BucketFacts;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The bucket of one key: an immutable Bucket4j state that is replaced by compare-and-set.
 * A cell that left its table is retired for ever, in the same field: so nobody can take
 * from a cell that is not, or no longer, the one that counts.
 */
final class KeyCell implements Receipt {

	private static final VarHandle STATE;

	private static final VarHandle DENIED;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			STATE = lookup.findVarHandle(KeyCell.class, "state", BucketState.class);
			DENIED = lookup.findVarHandle(KeyCell.class, "denied", LongAdder.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final BucketState RETIRED = BucketState.createInitialState(
			BucketConfigurations.of(Limit.of("retired", Rate.of(1, Duration.ofDays(1)))), MathType.INTEGER_64_BITS, 0);

	private static final long SEEN_RESOLUTION = Duration.ofMillis(1).toNanos();

	private final Key key;

	private final int slot;

	private volatile BucketState state;

	private final LongAdder allowed = new LongAdder();

	/** Most keys are never denied. */
	private volatile @Nullable LongAdder denied;

	/** Saves the further refusals of the same state a copy of it. */
	private volatile @Nullable LastRefusal lastRefusal;

	/**
	 * Written by everybody without order: it is for people and for idleness only. And
	 * seldom, for a write takes the cell from the caches of the other cores.
	 */
	private long lastSeen;

	KeyCell(Key key, int slot, BucketConfiguration configuration, long now) {
		this.key = key;
		this.slot = slot;
		this.state = BucketState.createInitialState(configuration, MathType.INTEGER_64_BITS, now);
		this.lastSeen = now;
	}

	Key key() {
		return this.key;
	}

	int slot() {
		return this.slot;
	}

	boolean isRetired() {
		return this.state == RETIRED;
	}

	/** Returns null if the cell is retired. */
	@Nullable LimitDecision take(Charge charge, BucketConfiguration configuration, StoreClock clock) {
		BucketState after = null;
		while (true) {
			BucketState before = this.state;
			if (before == RETIRED) {
				return null;
			}
			long now = clock.nanos();
			seen(now);
			LimitDecision again = refusedAgain(charge, before, configuration, now);
			if (again != null) {
				return again;
			}
			after = refilled(after, before, configuration, now);
			if (charge.permits() > after.getAvailableTokens()) {
				if (adopted(before, after)) {
					return refused(charge, before, after, now);
				}
				continue;
			}
			after.consume(charge.permits());
			if (STATE.compareAndSet(this, before, after)) {
				return BucketFacts.granted(charge, this, after);
			}
		}
	}

	/** Returns what {@link #take} would say, null if the cell is retired. */
	@Nullable LimitDecision look(Charge charge, BucketConfiguration configuration, StoreClock clock) {
		while (true) {
			BucketState before = this.state;
			if (before == RETIRED) {
				return null;
			}
			long now = clock.nanos();
			seen(now);
			LimitDecision again = refusedAgain(charge, before, configuration, now);
			if (again != null) {
				return again;
			}
			BucketState current = refilled(before, configuration, now);
			if (adopted(before, current)) {
				boolean there = charge.permits() <= current.getAvailableTokens();
				return there ? BucketFacts.granted(charge, null, current) : refused(charge, before, current, now);
			}
		}
	}

	private @Nullable LimitDecision refusedAgain(Charge charge, BucketState before, BucketConfiguration configuration,
			long now) {
		LastRefusal last = this.lastRefusal;
		return (last != null) ? last.again(charge, before, configuration, now) : null;
	}

	private LimitDecision refused(Charge charge, BucketState before, BucketState refilled, long now) {
		boolean adopted = refilled.getConfiguration() != before.getConfiguration();
		this.lastRefusal = new LastRefusal(adopted ? refilled : before, refilled, now);
		return BucketFacts.refused(charge, refilled);
	}

	/**
	 * Sees to it that what was read under other rates is refilled by them from now on:
	 * else a refused caller would wait by rates that are no more.
	 */
	private boolean adopted(BucketState before, BucketState read) {
		return read.getConfiguration() == before.getConfiguration() || STATE.compareAndSet(this, before, read);
	}

	/** Drops what comes back to a retired cell, or to one that is configured anew. */
	void giveBack(long permits, BucketConfiguration configuration, StoreClock clock) {
		while (true) {
			BucketState before = this.state;
			if (before == RETIRED || before.getConfiguration() != configuration) {
				return;
			}
			BucketState after = refilled(before, configuration, clock.nanos());
			after.addTokens(permits);
			if (STATE.compareAndSet(this, before, after)) {
				return;
			}
		}
	}

	private void seen(long now) {
		if (now - this.lastSeen >= SEEN_RESOLUTION) {
			this.lastSeen = now;
		}
	}

	void countAllowed() {
		this.allowed.increment();
	}

	void countDenied() {
		LongAdder counter = this.denied;
		if (counter == null) {
			DENIED.compareAndSet(this, null, new LongAdder());
			counter = Objects.requireNonNull(this.denied);
		}
		counter.increment();
	}

	long denied() {
		LongAdder counter = this.denied;
		return (counter != null) ? counter.sum() : 0;
	}

	/** Returns the state for comparing and retiring, null if the cell is retired. */
	@Nullable BucketState current() {
		BucketState current = this.state;
		return (current == RETIRED) ? null : current;
	}

	/** Retires the cell if its state is still the expected one. */
	boolean retire(BucketState expected) {
		return STATE.compareAndSet(this, expected, RETIRED);
	}

	/** Returns whether this call retired the cell, whatever its state. */
	boolean retire() {
		return STATE.getAndSet(this, RETIRED) != RETIRED;
	}

	boolean idleFor(long nanos, long now) {
		return now - this.lastSeen >= nanos;
	}

	KeyState facts(BucketState state, StoreClock clock) {
		BucketState current = refilled(state, state.getConfiguration(), clock.nanos());
		int nearest = 0;
		for (int i = 1; i < current.getConfiguration().getBandwidths().length; i++) {
			nearest = (current.getCurrentSize(i) < current.getCurrentSize(nearest)) ? i : nearest;
		}
		return new KeyState(this.key.label(), current.getConfiguration().getBandwidths()[nearest].getCapacity(),
				Math.max(0, current.getCurrentSize(nearest)), Duration.ofNanos(BucketFacts.nanosToFull(current)),
				this.allowed.sum(), denied(), clock.wallTimeAt(this.lastSeen));
	}

	static BucketState refilled(BucketState state, BucketConfiguration configuration, long now) {
		return refilled(null, state, configuration, now);
	}

	/** Uses a copy that lost a race once more. */
	private static BucketState refilled(@Nullable BucketState unused, BucketState state,
			BucketConfiguration configuration, long now) {
		BucketState refilled = unused;
		if (refilled == null) {
			refilled = state.copy();
		}
		else {
			refilled.copyStateFrom(state);
		}
		refilled.refillAllBandwidth(now);
		return (state.getConfiguration() == configuration) ? refilled
				: BucketConfigurations.inProportion(refilled, configuration, now);
	}

}
