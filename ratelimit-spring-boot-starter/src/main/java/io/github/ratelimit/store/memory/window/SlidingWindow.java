package io.github.ratelimit.store.memory.window;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;

/**
 * Counts by segments of the period: the current one and as many before it as a period
 * has, all in full. So the count covers a whole period at every moment, and no more than
 * the permits are taken within a period.
 *
 * @param newest the newest segment with a count
 * @param sum the sum of all counts
 * @param counts by segment modulo their number
 */
record SlidingWindow(Terms terms, long newest, long sum, long[] counts) implements Window {

	private long segment(long now) {
		return Math.max(this.newest, this.terms.segment(now));
	}

	private long count(long segment) {
		return this.counts[this.terms.index(segment)];
	}

	@Override
	public long balance(long now) {
		return this.terms.permits() - sumAt(segment(now));
	}

	private long sumAt(long segment) {
		long elapsed = segment - this.newest;
		if (elapsed == 0) {
			return this.sum;
		}
		if (elapsed >= this.counts.length) {
			return 0;
		}
		long left = this.sum;
		for (long i = this.newest - this.terms.segments; i < segment - this.terms.segments; i++) {
			left -= count(i);
		}
		return left;
	}

	@Override
	public Window charged(long permits, long now) {
		long segment = segment(now);
		return with(segment, segment, permits);
	}

	@Override
	public Window givenBack(long permits, long takenAt, long now) {
		long current = segment(now);
		long segment = this.terms.segment(takenAt);
		if (segment > this.newest || segment < current - this.terms.segments) {
			return this;
		}
		long back = Math.min(permits, count(segment));
		return (back == 0) ? this : with(current, segment, -back);
	}

	/** Returns the counts at a segment with permits added to one. */
	private SlidingWindow with(long current, long segment, long permits) {
		long[] after;
		if (current - this.newest >= this.counts.length) {
			after = new long[this.counts.length];
		}
		else {
			after = this.counts.clone();
			for (long i = this.newest + 1; i <= current; i++) {
				after[this.terms.index(i)] = 0;
			}
		}
		after[this.terms.index(segment)] += permits;
		return new SlidingWindow(this.terms, current, sumAt(current) + permits, after);
	}

	/**
	 * Steps through the positions from the oldest on: a division for each would cost most
	 * of the time.
	 */
	@Override
	public long nanosUntil(long permits, long now) {
		long current = segment(now);
		long missing = permits - this.terms.permits() + sumAt(current);
		long oldest = current - this.terms.segments;
		long segment = oldest - 1;
		int index = this.terms.index(oldest);
		while (missing > 0 && segment < this.newest) {
			segment++;
			missing -= this.counts[index];
			index = (index + 1 < this.counts.length) ? index + 1 : 0;
		}
		return (segment < oldest) ? 0 : this.terms.nanosUntilEnd(segment, now);
	}

	@Override
	public long nanosToFull(long now) {
		long current = segment(now);
		long segment = this.newest;
		while (segment >= current - this.terms.segments && count(segment) == 0) {
			segment--;
		}
		return (segment < current - this.terms.segments) ? 0 : this.terms.nanosUntilEnd(segment, now);
	}

	@Override
	public boolean counts(Window other, long times, long now) {
		SlidingWindow counted = (SlidingWindow) other;
		long current = Math.max(segment(now), counted.newest);
		for (long segment = current - this.terms.segments; segment <= current; segment++) {
			if (countAt(segment) != times * counted.countAt(segment)) {
				return false;
			}
		}
		return true;
	}

	private long countAt(long segment) {
		return (segment > this.newest || segment < this.newest - this.terms.segments) ? 0 : count(segment);
	}

	/** The terms of a rate. */
	static final class Terms extends WindowRate {

		private final int segments;

		Terms(Limit limit, Rate rate, long unit) {
			super(limit, rate, unit);
			this.segments = limit.segments();
		}

		@Override
		public boolean hasWindowsOf(WindowRate other) {
			return super.hasWindowsOf(other) && ((Terms) other).segments == this.segments;
		}

		long segment(long now) {
			long micros = Math.floorDiv(now, 1_000L);
			long window = Math.floorDiv(micros, periodMicros());
			return window * this.segments + (micros - window * periodMicros()) * this.segments / periodMicros();
		}

		int index(long segment) {
			return (int) Math.floorMod(segment, (long) this.segments + 1);
		}

		/** A segment has ended when the last one that includes it is over. */
		long nanosUntilEnd(long segment, long now) {
			long after = segment + this.segments + 1;
			long window = Math.floorDiv(after, (long) this.segments);
			long offset = (after - window * this.segments) * periodMicros();
			long begin = window * periodMicros() + (offset + this.segments - 1) / this.segments;
			return begin * 1_000 - now;
		}

		@Override
		public Window full(long now) {
			return new SlidingWindow(this, segment(now), 0, new long[this.segments + 1]);
		}

		/** Rounds the sum up, not each count. */
		@Override
		Window converted(Window other, long from, long to, long now) {
			SlidingWindow counted = (SlidingWindow) other;
			long[] counts = new long[this.segments + 1];
			long sum = 0;
			long scaled = 0;
			for (long i = counted.newest - this.segments; i <= counted.newest; i++) {
				sum += counted.count(i);
				long after = scaled(sum, from, to);
				counts[index(i)] = after - scaled;
				scaled = after;
			}
			return new SlidingWindow(this, counted.newest, scaled, counts);
		}

	}

}
