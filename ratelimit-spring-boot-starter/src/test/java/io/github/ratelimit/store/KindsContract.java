package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.Handles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The common behaviour of limits of every kind, and the specific one of each. */
public interface KindsContract extends StoreFixture {

	@Test
	default void twoRequestsOverOneLimitOfEachKindRefusedByTheLastChangeNoneOfTheOthers() {
		LimitStore store = createStore(new ManualTime());
		List<Charge> charges = new ArrayList<>();
		for (Algorithm algorithm : Algorithm.values()) {
			Limit limit = StoreFixture.limit(algorithm.toString(), algorithm, "10/min");
			charges.add(StoreFixture.charge(limit, "caller", 1));
		}
		charges.add(StoreFixture.charge(StoreFixture.limit("last", Algorithm.FIXED_WINDOW, "1/min"), "caller", 1));
		assertThat(store.takeAll(charges)).noneMatch(ChargeDecision::isViolated);

		for (int request = 0; request < 2; request++) {
			List<ChargeDecision> refused = store.takeAll(charges);
			assertThat(refused).extracting(ChargeDecision::isViolated)
				.containsExactly(false, false, false, false, false, false, true);
			assertThat(refused).extracting(ChargeDecision::remaining).containsExactly(9L, 9L, 9L, 9L, 9L, 9L, 0L);
			assertThat(refused).extracting(ChargeDecision::receipt).containsOnlyNulls();
			refused.forEach(store::giveBack);
		}

		assertThat(charges).extracting((charge) -> StoreFixture.remaining(store, charge.limit(), "caller"))
			.containsExactly(9L, 9L, 9L, 9L, 9L, 9L, 0L);
	}

	@Tag("version-independent")
	@ParameterizedTest
	@EnumSource(value = Algorithm.class, mode = EnumSource.Mode.EXCLUDE, names = "CONCURRENCY")
	default void everyKindRefusesUntilExactlyTheStatedTime(Algorithm algorithm) {
		long seed = System.nanoTime();
		SplittableRandom random = new SplittableRandom(seed);
		for (String rates : List.of("7/3s", "5/s, 60/min", "13/11h", "3/7ms, 4/11ms", "1/500ms", "10000/h")) {
			ManualTime time = new ManualTime();
			LimitStore store = createStore(time);
			Limit limit = StoreFixture.limit("exact", algorithm, rates);
			long shortest = limit.rates().stream().mapToLong((rate) -> rate.period().toNanos()).min().orElseThrow();
			long mostBetween = Math.min(2_000_000, shortest / resolution());
			for (int refusals = 0; refusals < 40;) {
				time.advance(Duration.ofNanos(resolution() * random.nextLong(mostBetween)));
				Charge charge = StoreFixture.charge(limit, "caller", 1 + random.nextLong(limit.capacity()));
				ChargeDecision result = store.take(charge);
				if (result.isViolated()) {
					refusals++;
					time.advance(result.retryAfter().minusNanos(resolution()));
					assertThat(store.take(charge).retryAfterNanos()).as("seed %d, %s", seed, result)
						.isEqualTo(resolution());
					time.advance(Duration.ofNanos(resolution()));
					assertThat(store.take(charge).isViolated()).as("seed %d, %s", seed, result).isFalse();
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource(Algorithm.class)
	default void whileTimeStandsThreadsGetExactlyWhatEachKindHas(Algorithm algorithm) throws Exception {
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("chat", algorithm, "70/h");
		for (int round = 0; round < 10; round++) {
			String key = "caller" + round;
			AtomicLong granted = new AtomicLong();
			AtomicLong givenBack = new AtomicLong();
			TestThreads.run(4, (thread) -> {
				Charge charge = StoreFixture.charge(limit, key, 1);
				for (int call = 0; call < 60; call++) {
					ChargeDecision result = store.take(charge);
					granted.addAndGet(result.isViolated() ? 0 : 1);
					if (!result.isViolated() && call % 3 == 0) {
						store.giveBack(result);
						givenBack.incrementAndGet();
					}
				}
			});
			assertThat(StoreFixture.remaining(store, limit, key)).isEqualTo(70 - granted.get() + givenBack.get());
			assertThat(granted.get() - givenBack.get()).isBetween(0L, 70L);
		}
	}

	@ParameterizedTest
	@CsvSource({ "FIXED_WINDOW, 3, 30000, 10, 0", "SLIDING_WINDOW, 3, 63000, 10, 0",
			"SLIDING_WINDOW_COUNTER, 3, 30000, 7, 60000", "SLIDING_WINDOW_LOG, 3, 60000, 10, 0" })
	default void windowsGoByTheClock(Algorithm algorithm, long taken, long millis, long remaining, long reset) {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit limit = StoreFixture.limit("chat", algorithm, "10/min");
		time.advance(Duration.ofSeconds(30));
		StoreFixture.taken(store, limit, "caller", taken);

		time.advance(Duration.ofMillis(millis).minusNanos(resolution()));
		assertThat(StoreFixture.remaining(store, limit, "caller")).isEqualTo(10 - taken);
		time.advance(Duration.ofNanos(resolution()));
		ChargeDecision looked = store.take(StoreFixture.charge(limit, "caller", 0));
		assertThat(looked.remaining()).isEqualTo(remaining);
		assertThat(looked.resetAfter()).isEqualTo(Duration.ofMillis(reset));
	}

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = { "FIXED_WINDOW", "SLIDING_WINDOW", "SLIDING_WINDOW_LOG" })
	default void permitsGivenBackAfterTheirWindowAreDropped(Algorithm algorithm) {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit limit = StoreFixture.limit("chat", algorithm, "10/min, 100/h");
		ChargeDecision taken = StoreFixture.taken(store, limit, "caller", 10);
		time.advance(Duration.ofSeconds(63));
		StoreFixture.taken(store, limit, "caller", 10);

		store.giveBack(taken);

		ChargeDecision looked = store.take(StoreFixture.charge(limit, "caller", 0));
		assertThat(looked.remaining(0)).as("of the minute after").isZero();
		assertThat(looked.remaining(1)).as("of the same hour").isEqualTo(90);
	}

	@Test
	default void aSlotIsFreeAgainWhenItsCallHasEndedAndOnlyOnce() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit limit = StoreFixture.limit("slots", Algorithm.CONCURRENCY, "2/s");
		Charge charge = StoreFixture.charge(limit, "caller", 1);
		ChargeDecision first = store.take(charge);
		ChargeDecision second = store.take(charge);
		assertThat(second.remaining()).isZero();
		time.advance(Duration.ofSeconds(5));
		ChargeDecision refused = store.take(charge);
		assertThat(refused.isViolated()).isTrue();
		assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(1));
		assertThat(store.take(StoreFixture.charge(limit, "caller", 3)).isNeverPayable()).isTrue();

		store.giveBack(first);
		store.giveBack(first);
		assertThat(StoreFixture.remaining(store, limit, "caller")).isEqualTo(1);
		store.giveBack(second);
		ChargeDecision free = store.take(StoreFixture.charge(limit, "caller", 0));
		assertThat(free.remaining()).isEqualTo(2);
		assertThat(free.resetAfter()).isZero();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			FIXED_WINDOW           | 10/min         | 5  | 100/min          | 95
			FIXED_WINDOW           | 10/min         | 5  | 20/h             | 15
			FIXED_WINDOW           | 10/min, 60/h   | 6  | 60/h, 5/min      | 2
			SLIDING_WINDOW         | 10/min         | 5  | 100/min          | 95
			SLIDING_WINDOW         | 10/min         | 1  | 3/min            | 2
			SLIDING_WINDOW         | 10/min         | 5  | 20/h             | 15
			SLIDING_WINDOW_COUNTER | 10/min         | 5  | 100/min          | 95
			SLIDING_WINDOW_COUNTER | 10/min         | 5  | 20/h             | 15
			SLIDING_WINDOW_LOG     | 10/min         | 5  | 100/min          | 95
			SLIDING_WINDOW_LOG     | 100/min        | 50 | 10/min           | 0
			SLIDING_WINDOW_LOG     | 10/min         | 5  | 20/h             | 15
			CONCURRENCY            | 10/min         | 4  | 5/min            | 1
			CONCURRENCY            | 10/min         | 7  | 5/min            | 0
			""")
	default void anotherPlanOfTheSameKindGoesOnWithWhatWasUsed(Algorithm algorithm, String before, long taken,
			String after, long remaining) {
		LimitStore store = createStore(new ManualTime());
		StoreFixture.taken(store, StoreFixture.limit("chat", algorithm, before), "caller", taken);
		Limit now = StoreFixture.limit("chat", algorithm, after);

		assertThat(StoreFixture.remaining(store, now, "caller")).isEqualTo(remaining);
		if (remaining > 0) {
			StoreFixture.taken(store, now, "caller", remaining);
		}
		assertThat(store.take(StoreFixture.charge(now, "caller", 1)).isViolated()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = { "FIXED_WINDOW", "SLIDING_WINDOW", "SLIDING_WINDOW_COUNTER" })
	default void permitsGivenBackToAnotherPlanAreDropped(Algorithm algorithm) {
		LimitStore store = createStore(new ManualTime());
		Limit wider = StoreFixture.limit("chat", algorithm, "100/min");
		ChargeDecision taken = StoreFixture.taken(store, StoreFixture.limit("chat", algorithm, "10/min"), "caller", 4);
		StoreFixture.taken(store, wider, "caller", 10);

		store.giveBack(taken);

		assertThat(StoreFixture.remaining(store, wider, "caller")).isEqualTo(86);
	}

	@Test
	default void aLimitThatCountsInAnotherWayBeginsWithTheSamePartUsed() {
		for (Algorithm before : Algorithm.values()) {
			for (Algorithm after : Algorithm.values()) {
				LimitStore store = createStore(new ManualTime());
				StoreFixture.taken(store, StoreFixture.limit("chat", before, "10/min"), "caller", 5);
				Limit now = StoreFixture.limit("chat", after, "100/min");
				boolean concurrency = before == Algorithm.CONCURRENCY || after == Algorithm.CONCURRENCY;
				if (before != after && !concurrency) {
					assertThat(StoreFixture.remaining(store, now, "caller")).as("%s, then %s", before, after)
						.isEqualTo(50);
				}
			}
		}
	}

	@Test
	default void scheduledPermitsFollowOneAnother() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit limit = Limit.named("paced").rates(Rate.parse("10/s")).maxWait(Duration.ofMillis(250), 10).build();
		Charge charge = Charge.of(Handles.of(limit), Key.of("caller"), 1).waiting(limit.maxWait().toNanos());
		List<ChargeDecision> scheduled = List.of(store.take(charge), store.take(charge), store.take(charge));
		assertThat(scheduled).extracting(ChargeDecision::scheduledAfterNanos)
			.containsExactly(0L, 100_000_000L, 200_000_000L);
		assertThat(scheduled).extracting(ChargeDecision::remaining).containsExactly(2L, 1L, 0L);
		ChargeDecision refused = store.take(charge);
		assertThat(refused.isViolated()).isTrue();
		assertThat(refused.retryAfter()).isEqualTo(Duration.ofMillis(300));

		store.giveBack(scheduled.get(1));
		assertThat(store.take(charge).isViolated()).as("a later permit is taken").isTrue();
		store.giveBack(scheduled.get(2));
		assertThat(store.take(charge).scheduledAfterNanos()).isEqualTo(200_000_000);
		time.advance(Duration.ofSeconds(10));
		assertThat(store.take(charge).scheduledAfterNanos()).isZero();
		assertThat(store.take(charge.waiting(0)).retryAfter()).isEqualTo(Duration.ofMillis(100));
	}

}
