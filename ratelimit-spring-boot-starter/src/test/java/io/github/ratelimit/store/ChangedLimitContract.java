package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A limit whose permits change while it is used: a lower limit finds the same share used,
 * a higher one no more than what was taken in the current period.
 */
public interface ChangedLimitContract extends StoreFixture {

	/** All are divisors of 600. */
	List<Integer> PERMITS = List.of(4, 6, 10, 15, 60, 100, 600);

	Duration PERIOD = Duration.ofMinutes(1);

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = "CONCURRENCY", mode = EnumSource.Mode.EXCLUDE)
	default void randomChangesLeaveWhatAPlainModelSays(Algorithm algorithm) {
		long seed = System.nanoTime();
		SplittableRandom random = new SplittableRandom(seed);
		for (int sequence = 0; sequence < part(15); sequence++) {
			ManualTime time = new ManualTime();
			LimitStore store = createStore(time);
			ChangedLimitModel model = new ChangedLimitModel(algorithm, PERIOD.toNanos() / 1_000, micros(time));
			String key = "caller" + sequence;
			Limit limit = changed(algorithm, random);
			for (int step = 0; step < 60; step++) {
				limit = (random.nextInt(4) == 0) ? changed(algorithm, random) : limit;
				time.advance(Duration.ofMillis(random.nextInt(3) * random.nextLong(9_000)));
				long permits = 1 + random.nextLong(limit.capacity() / 2);
				double expected = model.exact(limit, micros(time));
				ChangeAssertion says = new ChangeAssertion("seed " + seed + ", step " + step + ", " + limit, expected,
						algorithm != Algorithm.TOKEN_BUCKET);
				says.remaining(StoreFixture.remaining(store, limit, key));
				decide(store, limit, key, permits, model, time, says);
			}
		}
	}

	private void decide(LimitStore store, Limit limit, String key, long permits, ChangedLimitModel model,
			ManualTime time, ChangeAssertion says) {
		ChargeDecision decision = store.take(StoreFixture.charge(limit, key, permits));
		says.decided(decision, permits);
		if (!decision.isViolated()) {
			model.take(limit, permits, micros(time));
		}
		else if (permits % 3 == 0) {
			time.advance(Duration.ofNanos(decision.retryAfterNanos() - resolution()));
			assertThat(store.take(StoreFixture.charge(limit, key, permits)).isViolated()).as(says.text()).isTrue();
			time.advance(Duration.ofNanos(resolution()));
			assertThat(store.take(StoreFixture.charge(limit, key, permits)).isViolated()).as(says.text()).isFalse();
			model.take(limit, permits, micros(time));
		}
	}

	private static Limit changed(Algorithm algorithm, SplittableRandom random) {
		return StoreFixture.limit("chat", algorithm, PERMITS.get(random.nextInt(PERMITS.size())) + "/min");
	}

	private static long micros(ManualTime time) {
		return time.wallTime().getEpochSecond() * 1_000_000 + time.wallTime().getNano() / 1_000;
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			FIXED_WINDOW           | 10/min  | 10 | 100/min | 90
			SLIDING_WINDOW         | 10/min  | 10 | 100/min | 90
			SLIDING_WINDOW_COUNTER | 10/min  | 10 | 100/min | 90
			SLIDING_WINDOW_LOG     | 10/min  | 10 | 100/min | 90
			FIXED_WINDOW           | 10/min  | 10 | 1000/h  | 990
			SLIDING_WINDOW         | 10/min  | 10 | 1000/h  | 990
			SLIDING_WINDOW_COUNTER | 10/min  | 10 | 1000/h  | 990
			SLIDING_WINDOW_LOG     | 10/min  | 10 | 1000/h  | 990
			FIXED_WINDOW           | 100/min | 50 | 10/min  | 5
			SLIDING_WINDOW         | 100/min | 50 | 10/min  | 5
			SLIDING_WINDOW_COUNTER | 100/min | 50 | 10/min  | 5
			""")
	default void aRaisedLimitHasWhatWasNotTakenAndALoweredOneTheSamePart(Algorithm algorithm, String before, long taken,
			String after, long remaining) {
		LimitStore store = createStore(new ManualTime());
		StoreFixture.taken(store, StoreFixture.limit("chat", algorithm, before), "caller", taken);
		Limit now = StoreFixture.limit("chat", algorithm, after);

		assertThat(StoreFixture.remaining(store, now, "caller")).isEqualTo(remaining);
		StoreFixture.taken(store, now, "caller", remaining);
		assertThat(store.take(StoreFixture.charge(now, "caller", 1)).isViolated()).isTrue();
	}

	/** A bucket that is empty refills by the new rate at once. */
	@Test
	default void aRaisedBucketRefillsByItsNewRate() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		StoreFixture.taken(store, StoreFixture.limit("chat", "10/min"), "caller", 10);

		ChargeDecision refused = store.take(StoreFixture.charge(StoreFixture.limit("chat", "100/min"), "caller", 1));
		assertThat(refused.retryAfter()).isCloseTo(Duration.ofMillis(600), Duration.ofNanos(resolution()));
	}

	/** Neither lowers what was taken by a change, nor forgets it by another one. */
	@ParameterizedTest
	@EnumSource(value = Algorithm.class,
			names = { "FIXED_WINDOW", "SLIDING_WINDOW", "SLIDING_WINDOW_COUNTER", "SLIDING_WINDOW_LOG" })
	default void limitsInTurnGrantNoMoreThanTheHighest(Algorithm algorithm) {
		LimitStore store = createStore(new ManualTime());
		SplittableRandom random = new SplittableRandom(algorithm.ordinal());
		long granted = 0;
		for (int step = 0; step < 400; step++) {
			Limit limit = StoreFixture.limit("chat", algorithm, List.of(10, 60, 100).get(random.nextInt(3)) + "/d");
			granted += store.take(StoreFixture.charge(limit, "caller", 1)).isViolated() ? 0 : 1;
		}
		assertThat(granted).isEqualTo(100);
	}

	/** What more was granted to a higher limit is no debt of the next window. */
	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = { "FIXED_WINDOW", "SLIDING_WINDOW", "SLIDING_WINDOW_COUNTER" })
	default void afterTheLastChangeAPeriodIsAsAnyOther(Algorithm algorithm) {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit low = StoreFixture.limit("chat", algorithm, "10/min");
		Limit high = StoreFixture.limit("chat", algorithm, "100/min");
		StoreFixture.taken(store, low, "caller", 10);
		StoreFixture.taken(store, high, "caller", 90);
		assertThat(StoreFixture.remaining(store, low, "caller")).isZero();

		time.advance(Duration.ofMinutes(1));
		if (algorithm != Algorithm.FIXED_WINDOW) {
			assertThat(StoreFixture.remaining(store, low, "caller")).isZero();
			time.advance(Duration.ofMinutes(2));
		}
		assertThat(StoreFixture.remaining(store, low, "caller")).isEqualTo(10);
		StoreFixture.taken(store, low, "caller", 5);
		assertThat(StoreFixture.remaining(store, StoreFixture.limit("chat", algorithm, "6/min"), "caller"))
			.isEqualTo(3);
	}

	/**
	 * What a charge says, beside what the model says. A bucket rounds down the part of a
	 * permit at each change, so it may be just below a whole number.
	 */
	record ChangeAssertion(String text, double expected, boolean countsWholePermits) {

		void remaining(long remaining) {
			long whole = (long) Math.floor(this.expected);
			double toNext = Math.abs(this.expected - Math.rint(this.expected));
			if (this.expected < 0) {
				assertThat(remaining).as(this.text).isZero();
			}
			else if (this.countsWholePermits && whole == this.expected) {
				assertThat(remaining).as(this.text).isEqualTo(whole);
			}
			else {
				assertThat((double) remaining).as(this.text).isCloseTo(whole, within((toNext < 1e-3) ? 1.0 : 0.0));
			}
		}

		void decided(ChargeDecision decision, long permits) {
			if (Math.abs(this.expected - permits) > 1e-3
					|| (this.countsWholePermits && this.expected == Math.rint(this.expected))) {
				assertThat(decision.isViolated()).as("%s, %s of %s", this.text, permits, this.expected)
					.isEqualTo(this.expected < permits);
			}
		}

	}

}
