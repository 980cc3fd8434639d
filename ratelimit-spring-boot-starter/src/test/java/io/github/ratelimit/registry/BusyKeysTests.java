package io.github.ratelimit.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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

/** The keys that stand out. */
class BusyKeysTests {

	private static final int FIVE_MINUTES = 60;

	private final BusyKeys callers = new BusyKeys();

	private final BusyKeys refused = new BusyKeys();

	@Test
	void countsAreExactWhileCallsAreFew() {
		for (int caller = 1; caller <= 60; caller++) {
			for (int call = 0; call < caller; call++) {
				count(caller(caller), call >= 50);
			}
		}

		assertThat(this.callers.top(3)).containsExactly(new KeyCount(caller(60), 60), new KeyCount(caller(59), 59),
				new KeyCount(caller(58), 58));
		assertThat(this.refused.top(20)).extracting(KeyCount::count)
			.containsExactly(10L, 9L, 8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L);
		assertThat(this.callers.top(Integer.MAX_VALUE)).hasSize(60);
		assertThat(this.callers.top(0)).isEmpty();
	}

	private void count(Key key, boolean denied) {
		this.callers.add(key);
		if (denied) {
			this.refused.add(key);
		}
	}

	private static Key caller(int number) {
		return Key.of("caller-" + number * 37 % 61);
	}

	@Test
	void aKeyWithOneCallInTwentyIsFoundAmongAMillionOthers() {
		Key heavy = Key.of("heavy");
		for (int i = 0; i < 1_000_000; i++) {
			count((i % 20 == 0) ? heavy : Key.of("caller-" + i), false);
			if (i % 100_000 == 99_999) {
				this.callers.fiveSecondsPassed();
				this.refused.fiveSecondsPassed();
			}
		}

		List<KeyCount> busiest = this.callers.top(10);

		assertThat(busiest.get(0).key()).isEqualTo(heavy);
		assertThat((double) busiest.get(0).count()).isCloseTo(50_000, within(10_000.0));
	}

	@Test
	void noKeyStandsOutWhereAllCallOnce() {
		for (int i = 0; i < 100_000; i++) {
			count(Key.of("caller-" + i), true);
		}

		assertThat(this.callers.top(10)).isEmpty();
		assertThat(this.refused.top(10)).isEmpty();
	}

	@Test
	void callsAreForgottenAfterTenToTwentyMinutes() {
		count(Key.of("early"), true);
		pass(2 * FIVE_MINUTES);
		count(Key.of("late"), false);
		assertThat(this.callers.top(10)).hasSize(2);
		assertThat(this.refused.top(10)).hasSize(1);

		pass(2 * FIVE_MINUTES);
		assertThat(this.callers.top(10)).containsExactly(new KeyCount(Key.of("late"), 1));
		assertThat(this.refused.top(10)).isEmpty();

		pass(2 * FIVE_MINUTES);
		assertThat(this.callers.top(10)).isEmpty();
	}

	@Test
	void countsAreExactAgainAfterAFlood() {
		for (int i = 0; i < 1_000_000; i++) {
			count(Key.GLOBAL, false);
		}
		assertThat((double) this.callers.top(1).get(0).count()).isCloseTo(1_000_000, within(100_000.0));
		pass(4 * FIVE_MINUTES);

		count(Key.of("caller"), false);

		assertThat(this.callers.top(10)).containsExactly(new KeyCount(Key.of("caller"), 1));
	}

	@Test
	void keysThatSeveralThreadsCallEquallyOftenHaveSimilarCounts() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Future<?>> running = new ArrayList<>();
			for (int thread = 0; thread < 4; thread++) {
				running.add(threads.submit(() -> {
					for (int i = 0; i < 100_000; i++) {
						count(Key.of("caller-" + i % 4), false);
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

		List<KeyCount> busiest = this.callers.top(10);
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

		assertThat(statistics.busiest(1)).containsExactly(new KeyCount(Key.of("alice"), 3));
		assertThat(statistics.mostDenied(1)).as("by the limit, in the store or its fallback")
			.containsExactly(new KeyCount(Key.of("alice"), 2));
	}

	private void pass(int fiveSeconds) {
		for (int i = 0; i < fiveSeconds; i++) {
			this.callers.fiveSecondsPassed();
			this.refused.fiveSecondsPassed();
		}
	}

}
