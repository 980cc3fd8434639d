package io.github.ratelimit.registry;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.BusyKeys.KeyCount;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** The keys that stand out. */
class BusyKeysTests {

	private static final int FIVE_MINUTES = 60;

	private final BusyKeys watched = new BusyKeys();

	@Test
	void countsAreExactWhileCallsAreFew() {
		for (int caller = 1; caller <= 60; caller++) {
			for (int call = 0; call < caller; call++) {
				this.watched.count(caller(caller), call >= 50);
			}
		}

		assertThat(this.watched.busiest(3)).containsExactly(new KeyCount(caller(60), 60), new KeyCount(caller(59), 59),
				new KeyCount(caller(58), 58));
		assertThat(this.watched.mostDenied(20)).extracting(KeyCount::count)
			.containsExactly(10L, 9L, 8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L);
		assertThat(this.watched.busiest(Integer.MAX_VALUE)).hasSize(60);
		assertThat(this.watched.busiest(0)).isEmpty();
	}

	private static Key caller(int number) {
		return Key.of("caller-" + number * 37 % 61);
	}

	@Test
	void aKeyWithOneCallInTwentyIsFoundAmongAMillionOthers() {
		Key heavy = Key.of("heavy");
		for (int i = 0; i < 1_000_000; i++) {
			this.watched.count((i % 20 == 0) ? heavy : Key.of("caller-" + i), false);
			if (i % 100_000 == 99_999) {
				this.watched.fiveSecondsPassed();
			}
		}

		List<KeyCount> busiest = this.watched.busiest(10);

		assertThat(busiest.get(0).key()).isEqualTo(heavy);
		assertThat((double) busiest.get(0).count()).isCloseTo(50_000, within(10_000.0));
	}

	@Test
	void noKeyStandsOutWhereAllCallOnce() {
		for (int i = 0; i < 100_000; i++) {
			this.watched.count(Key.of("caller-" + i), true);
		}

		assertThat(this.watched.busiest(10)).isEmpty();
		assertThat(this.watched.mostDenied(10)).isEmpty();
	}

	@Test
	void callsAreForgottenAfterTenToTwentyMinutes() {
		this.watched.count(Key.of("early"), true);
		pass(2 * FIVE_MINUTES);
		this.watched.count(Key.of("late"), false);
		assertThat(this.watched.busiest(10)).hasSize(2);
		assertThat(this.watched.mostDenied(10)).hasSize(1);

		pass(2 * FIVE_MINUTES);
		assertThat(this.watched.busiest(10)).containsExactly(new KeyCount(Key.of("late"), 1));
		assertThat(this.watched.mostDenied(10)).isEmpty();

		pass(2 * FIVE_MINUTES);
		assertThat(this.watched.busiest(10)).isEmpty();
	}

	@Test
	void countsAreExactAgainAfterAFlood() {
		for (int i = 0; i < 1_000_000; i++) {
			this.watched.count(Key.GLOBAL, false);
		}
		assertThat((double) this.watched.busiest(1).get(0).count()).isCloseTo(1_000_000, within(100_000.0));
		pass(4 * FIVE_MINUTES);

		this.watched.count(Key.of("caller"), false);

		assertThat(this.watched.busiest(10)).containsExactly(new KeyCount(Key.of("caller"), 1));
	}

	@Test
	void keysThatSeveralThreadsCallEquallyOftenHaveSimilarCounts() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Future<?>> running = new ArrayList<>();
			for (int thread = 0; thread < 4; thread++) {
				running.add(threads.submit(() -> {
					for (int i = 0; i < 100_000; i++) {
						this.watched.count(Key.of("caller-" + i % 4), false);
					}
				}));
			}
			for (Future<?> thread : running) {
				thread.get();
			}
		}
		finally {
			threads.shutdownNow();
		}

		List<KeyCount> busiest = this.watched.busiest(10);
		double mean = busiest.stream().mapToLong(KeyCount::count).average().orElseThrow();
		assertThat(mean).as("calls at the same moment are left out").isBetween(1_000.0, 140_000.0);
		assertThat(busiest).hasSize(4)
			.allSatisfy((count) -> assertThat((double) count.count()).isCloseTo(mean, within(0.4 * mean)));
	}

	@Test
	void aKeyThatIsRefusedBecauseTheStoreFailsIsNotDenied() {
		LimitStatistics statistics = new LimitStatistics();
		statistics.watchKeys();
		Charge charge = Charge.of(Handles.of(Limit.of("chat", Rate.parse("10/min"))), Key.of("alice"), 1);

		statistics.count(ChargeDecision.unavailable(charge, 1));
		statistics.count(ChargeDecision.degraded(ChargeDecision.refused(charge, 0, 1, 1, null)));
		statistics.count(ChargeDecision.refused(charge, 0, 1, 1, null));

		BusyKeys keys = statistics.watchedKeys();
		assertThat(keys.busiest(1)).containsExactly(new KeyCount(Key.of("alice"), 3));
		assertThat(keys.mostDenied(1)).as("by the limit, in the store or its fallback")
			.containsExactly(new KeyCount(Key.of("alice"), 2));
	}

	private void pass(int fiveSeconds) {
		for (int i = 0; i < fiveSeconds; i++) {
			this.watched.fiveSecondsPassed();
		}
	}

}
