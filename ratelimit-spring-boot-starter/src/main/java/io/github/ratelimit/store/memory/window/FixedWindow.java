package io.github.ratelimit.store.memory.window;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.ChargeDecision;
import java.time.Instant;
import java.util.List;

/**
 * Windows at whole periods of the clock: a Bucket4j state that refills at once when a
 * window begins. A debt remains.
 */
record FixedWindow(Terms terms, long window, BucketState state) implements Window {

	@Override
	public long balance(long now) {
		return (this.terms.window(now) <= this.window) ? this.state.getCurrentSize(0) : at(now).getCurrentSize(0);
	}

	private BucketState at(long now) {
		BucketState current = this.state.copy();
		current.refillAllBandwidth(now);
		return current;
	}

	@Override
	public Window charged(long permits, long now) {
		BucketState after = at(now);
		after.consume(permits);
		return new FixedWindow(this.terms, Math.max(this.window, this.terms.window(now)), after);
	}

	@Override
	public Window givenBack(long permits, long takenAt, long now) {
		long current = Math.max(this.window, this.terms.window(now));
		if (this.terms.window(takenAt) != current) {
			return this;
		}
		BucketState after = at(now);
		after.addTokens(permits);
		return new FixedWindow(this.terms, current, after);
	}

	@Override
	public long nanosUntil(long permits, long now) {
		long missing = permits - balance(now);
		return (missing <= 0) ? 0 : this.terms.nanosToRefill(missing, now);
	}

	@Override
	public long nanosToFull(long now) {
		return nanosUntil(this.terms.permits(), now);
	}

	@Override
	public boolean counts(Window other, long times, long now) {
		return used(now) == times * ((FixedWindow) other).used(now);
	}

	private long used(long now) {
		return this.terms.permits() - balance(now);
	}

	@Override
	public boolean isOver(long now) {
		return this.terms.window(now) > this.window;
	}

	/** The terms of a rate. */
	static final class Terms extends WindowRate {

		private final BucketConfiguration configuration;

		Terms(Limit limit, Rate rate, long unit) {
			super(limit, rate, unit);
			this.configuration = new BucketConfiguration(List.of(Bandwidth.builder()
				.capacity(permits())
				.refillIntervallyAligned(permits(), rate.period(), Instant.EPOCH)
				.id("0")
				.build()));
		}

		long window(long now) {
			return Math.floorDiv(now, periodNanos());
		}

		/** Returns when the window begins that brings the last of some permits. */
		long nanosToRefill(long missing, long now) {
			long windows = (missing - 1) / permits();
			long untilNext = periodNanos() - Math.floorMod(now, periodNanos());
			return (windows > (ChargeDecision.NEVER - 1 - untilNext) / periodNanos()) ? ChargeDecision.NEVER - 1
					: windows * periodNanos() + untilNext;
		}

		private BucketState state(long used, long now) {
			BucketState state = BucketState.createInitialState(this.configuration, MathType.INTEGER_64_BITS, now);
			state.refillAllBandwidth(now);
			state.consume(used);
			return state;
		}

		@Override
		public Window full(long now) {
			return new FixedWindow(this, window(now), state(0, now));
		}

		@Override
		Window converted(Window other, long from, long to, long now) {
			FixedWindow counted = (FixedWindow) other;
			long used = scaled(counted.used(now), from, to);
			return new FixedWindow(this, Math.max(counted.window, window(now)), state(used, now));
		}

	}

}
