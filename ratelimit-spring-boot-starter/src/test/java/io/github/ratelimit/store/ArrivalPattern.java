package io.github.ratelimit.store;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.registry.Handles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The calls of one caller: in stretches of time, in each of which it takes whatever it
 * can as soon as it can, up to a number of permits. Times are in steps of a store's clock
 * from the beginning of a window.
 */
record ArrivalPattern(List<Stretch> stretches) {

	private static final int MOST_CALLS = 600;

	/** Returns a pattern of some stretches within three periods. */
	static ArrivalPattern random(SplittableRandom random, long period, long permits) {
		List<Stretch> stretches = new ArrayList<>();
		for (int i = 1 + random.nextInt(4); i > 0; i--) {
			stretches.add(Stretch.random(random, period, permits));
		}
		return of(stretches);
	}

	private static ArrivalPattern of(List<Stretch> stretches) {
		return new ArrivalPattern(stretches.stream().sorted(Comparator.comparingLong(Stretch::begin)).toList());
	}

	/** Returns a neighbour of this pattern. */
	ArrivalPattern mutated(SplittableRandom random, long period, long permits, int segments) {
		List<Stretch> changed = new ArrayList<>(this.stretches);
		int index = random.nextInt(changed.size());
		switch (random.nextInt(6)) {
			case 0 -> changed.add(Stretch.random(random, period, permits));
			case 1 -> {
				if (changed.size() > 1) {
					changed.remove(index);
				}
			}
			case 2 -> changed.set(index, changed.get(index).beginningAtATurn(random, period, segments));
			default -> changed.set(index, changed.get(index).mutated(random, period, permits));
		}
		return of(changed);
	}

	/**
	 * Calls a store by this pattern, with a key of its own.
	 * @return the times of all that was granted, in order
	 */
	long[] grants(LimitStore store, ManualTime time, Limit limit, String key, long resolution) {
		long start = time.nanoTime();
		long[] grants = new long[MOST_CALLS];
		int count = 0;
		Charge charge = Charge.of(Handles.of(limit), Key.of(key), 1);
		for (Stretch stretch : this.stretches) {
			long now = Math.max(stretch.begin() * resolution, time.nanoTime() - start);
			long left = stretch.most();
			while (left > 0 && now <= stretch.end() * resolution && count < MOST_CALLS) {
				time.advance(Duration.ofNanos(start + now - time.nanoTime()));
				ChargeDecision result = store.take(charge);
				if (result.isViolated()) {
					now += result.retryAfterNanos();
				}
				else {
					grants[count++] = now;
					left--;
				}
			}
		}
		return Arrays.copyOf(grants, count);
	}

	/** Returns the most grants between two times that are so long apart, or less. */
	static int most(long[] grants, long within) {
		int most = 0;
		int first = 0;
		for (int last = 0; last < grants.length; last++) {
			while (grants[last] - grants[first] > within) {
				first++;
			}
			most = Math.max(most, last - first + 1);
		}
		return most;
	}

	/** A stretch of time. */
	record Stretch(long begin, long end, long most) {

		static Stretch random(SplittableRandom random, long period, long permits) {
			long begin = random.nextLong(3 * period);
			return new Stretch(begin, begin + someLength(random, period), 1 + random.nextLong(2 * permits));
		}

		private static long someLength(SplittableRandom random, long period) {
			return random.nextBoolean() ? random.nextLong(10) : random.nextLong(2 * period);
		}

		Stretch mutated(SplittableRandom random, long period, long permits) {
			long scale = Math.max(1, period >> random.nextInt(26));
			long shift = random.nextLong(2 * scale + 1) - scale;
			return switch (random.nextInt(4)) {
				case 0 -> new Stretch(Math.max(0, this.begin + shift), Math.max(0, this.end + shift), this.most);
				case 1 -> new Stretch(this.begin, Math.max(this.begin, this.end + shift), this.most);
				case 2 -> new Stretch(this.begin, this.end, 1 + random.nextLong(2 * permits));
				default -> new Stretch(this.begin, this.begin + 2 * period, 2 * permits);
			};
		}

		/** Just before, at or just after the boundary of a window or a segment. */
		Stretch beginningAtATurn(SplittableRandom random, long period, int segments) {
			long turn = random.nextInt(3 * segments) * period / segments + random.nextInt(3) - 1;
			return new Stretch(Math.max(0, turn), Math.max(0, turn) + this.end - this.begin, this.most);
		}

	}

}
