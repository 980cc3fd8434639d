package io.github.ratelimit.store.memory.window;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;

/**
 * Counts the current window, and the one before by the part of it that is still within a
 * period. This part changes in steps, so that no product exceeds 2^52.
 */
record SlidingWindowCounter(Terms terms, long window, long current, long before) implements Window {

	private long window(long micros) {
		return Math.max(this.window, Math.floorDiv(micros, this.terms.periodMicros()));
	}

	private long currentAt(long window) {
		return (window == this.window) ? this.current : 0;
	}

	private long beforeAt(long window) {
		long passed = window - this.window;
		return (passed == 0) ? this.before : (passed == 1) ? this.current : 0;
	}

	@Override
	public long balance(long now) {
		long micros = Math.floorDiv(now, 1_000L);
		long window = window(micros);
		long step = Math.max(0, micros - window * this.terms.periodMicros()) / this.terms.step;
		long steps = this.terms.steps;
		long used = beforeAt(window) * (steps - step) + currentAt(window) * steps;
		return Math.floorDiv(this.terms.permits() * steps - used, steps);
	}

	@Override
	public Window charged(long permits, long now) {
		long window = window(Math.floorDiv(now, 1_000L));
		return new SlidingWindowCounter(this.terms, window, currentAt(window) + permits, beforeAt(window));
	}

	@Override
	public Window givenBack(long permits, long takenAt, long now) {
		long window = window(Math.floorDiv(now, 1_000L));
		long from = Math.floorDiv(Math.floorDiv(takenAt, 1_000L), this.terms.periodMicros());
		if (from == window) {
			return new SlidingWindowCounter(this.terms, window, Math.max(0, currentAt(window) - permits),
					beforeAt(window));
		}
		return (from != window - 1) ? this : new SlidingWindowCounter(this.terms, window, currentAt(window),
				Math.max(0, beforeAt(window) - permits));
	}

	@Override
	public long room(long now) {
		return this.terms.permits() + this.terms.debt - currentAt(window(Math.floorDiv(now, 1_000L)));
	}

	@Override
	public long nanosUntil(long permits, long now) {
		if (balance(now) >= permits) {
			return 0;
		}
		long window = window(Math.floorDiv(now, 1_000L));
		long steps = this.terms.steps;
		long target = (this.terms.permits() - permits) * steps;
		long inThis = firstStep(beforeAt(window), target - currentAt(window) * steps);
		if (inThis < steps) {
			return this.terms.nanosUntil(window, inThis, now);
		}
		long inNext = firstStep(currentAt(window), target);
		return (inNext < steps) ? this.terms.nanosUntil(window + 1, inNext, now)
				: this.terms.nanosUntil(window + 2, 0, now);
	}

	/**
	 * Returns the first step in which the remaining part of a count is not above the
	 * target.
	 */
	private long firstStep(long count, long target) {
		if (target < 0) {
			return this.terms.steps;
		}
		return (count == 0) ? 0 : Math.max(0, this.terms.steps - target / count);
	}

	@Override
	public long nanosToFull(long now) {
		long window = window(Math.floorDiv(now, 1_000L));
		if (currentAt(window) > 0) {
			return this.terms.nanosUntil(window + 2, 0, now);
		}
		return (beforeAt(window) > 0) ? this.terms.nanosUntil(window + 1, 0, now) : 0;
	}

	@Override
	public boolean counts(Window other, long times, long now) {
		SlidingWindowCounter counted = (SlidingWindowCounter) other;
		long window = Math.max(window(Math.floorDiv(now, 1_000L)), counted.window);
		return currentAt(window) == times * counted.currentAt(window)
				&& beforeAt(window) == times * counted.beforeAt(window);
	}

	/** The terms of a rate. */
	static final class Terms extends WindowRate {

		/** The maximum part of a count: the sum of two is at most 2^53. */
		private static final long MOST = 1L << 52;

		private final long debt;

		/** In microseconds. */
		private final long step;

		private final long steps;

		Terms(Limit limit, Rate rate, long unit) {
			super(limit, rate, unit);
			this.debt = Math.min(maxDebt(), permits());
			long mostSteps = Math.min(MOST / Math.max(1, permits() + this.debt), periodMicros());
			this.step = (periodMicros() + mostSteps - 1) / mostSteps;
			this.steps = (periodMicros() + this.step - 1) / this.step;
		}

		long nanosUntil(long window, long step, long now) {
			return (window * periodMicros() + step * this.step) * 1_000 - now;
		}

		@Override
		public Window full(long now) {
			return new SlidingWindowCounter(this, Math.floorDiv(Math.floorDiv(now, 1_000L), periodMicros()), 0, 0);
		}

		@Override
		Window converted(Window other, long from, long to, long now) {
			SlidingWindowCounter counted = (SlidingWindowCounter) other;
			return new SlidingWindowCounter(this, counted.window, scaled(counted.current, from, to),
					scaled(counted.before, from, to));
		}

	}

}
