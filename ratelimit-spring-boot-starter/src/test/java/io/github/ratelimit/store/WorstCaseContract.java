package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.Handles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worst that an adversary finds is what the reference promises, no more. */
public interface WorstCaseContract extends StoreFixture {

	/** How many patterns of arrival find the worst. */
	int ENOUGH = 3_000;

	/**
	 * How many patterns of arrival the adversary tries for each limit. With fewer than
	 * {@link #ENOUGH} it may miss the worst, but never finds worse.
	 */
	default int patterns() {
		return ENOUGH;
	}

	/** For how many periods a caller always asks for more. */
	default int steadyPeriods() {
		return 420;
	}

	@Tag("version-independent")
	@ParameterizedTest
	@CsvSource({ "TOKEN_BUCKET, 10/min, 19, 20", "TOKEN_BUCKET, 10/min burst 5, 14, 15", "TOKEN_BUCKET, 1/s, 1, 2",
			"FIXED_WINDOW, 10/min, 20, 20", "FIXED_WINDOW, 7/3s, 14, 14", "SLIDING_WINDOW, 10/min, 10, 10",
			"SLIDING_WINDOW, 7/3s, 7, 7", "SLIDING_WINDOW_COUNTER, 10/min, 19, 19",
			"SLIDING_WINDOW_COUNTER, 7/3s, 13, 13", "SLIDING_WINDOW_LOG, 10/min, 10, 20",
			"SLIDING_WINDOW_LOG, 7/3s, 7, 14" })
	default void inAPeriodNoMoreIsGrantedThanPromised(Algorithm algorithm, String rate, int withinAPeriod,
			int fromEndToEnd) {
		long seed = System.nanoTime();
		WorstCase worst = new WorstCase(this, StoreFixture.limit("worst", algorithm, rate));
		WorstCase.Found found = worst.search(patterns(), seed);
		assertWorst(found, new WorstCase.Found(withinAPeriod, fromEndToEnd), seed);
	}

	@Tag("version-independent")
	@ParameterizedTest
	@CsvSource({ "TOKEN_BUCKET, 20, 0.999", "FIXED_WINDOW, 20, 0.999", "SLIDING_WINDOW, 20, 0.952",
			"SLIDING_WINDOW, 4, 0.8", "SLIDING_WINDOW, 60, 0.983", "SLIDING_WINDOW_COUNTER, 20, 0.983",
			"SLIDING_WINDOW_LOG, 20, 0.999" })
	default void aCallerThatAlwaysAsksIsGrantedThatPartOfTheRate(Algorithm algorithm, int segments, double part) {
		Limit limit = Limit.named("steady").algorithm(algorithm).rates(Rate.parse("60/min")).segments(segments).build();
		for (boolean evenly : List.of(true, false)) {
			assertThat(new WorstCase(this, limit).steady(evenly, steadyPeriods())).as("evenly: %s", evenly)
				.isBetween(part, 1 + 1.1 / steadyPeriods());
		}
	}

	@Tag("version-independent")
	@Test
	default void ofPacedCallsThatDoNotWaitOneAndTheRateAreGranted() {
		long seed = System.nanoTime();
		Limit limit = Limit.named("worst").rates(Rate.parse("10/min")).maxWait(Duration.ofSeconds(1), 1).build();
		WorstCase.Found found = new WorstCase(this, limit).search(patterns(), seed);
		assertWorst(found, new WorstCase.Found(10, 11), seed);
	}

	private void assertWorst(WorstCase.Found found, WorstCase.Found promised, long seed) {
		if (patterns() >= ENOUGH) {
			assertThat(found).as("seed %d", seed).isEqualTo(promised);
		}
		assertThat(found.withinAPeriod()).as("seed %d", seed).isLessThanOrEqualTo(promised.withinAPeriod());
		assertThat(found.fromEndToEnd()).as("seed %d", seed).isLessThanOrEqualTo(promised.fromEndToEnd());
	}

	@Tag("version-independent")
	@Test
	default void slotsNeverExceedTheLimitWhateverCallsStartAndEnd() {
		SplittableRandom random = new SplittableRandom();
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("slots", Algorithm.CONCURRENCY, "7/s");
		List<ChargeDecision> underWay = new ArrayList<>();
		List<ChargeDecision> ended = new ArrayList<>();
		int most = 0;
		int steps = patterns();
		for (int step = 0; step < steps + 7; step++) {
			// in the end all that are free are taken
			if (step >= steps || random.nextInt(5) < 3) {
				ChargeDecision result = store.take(StoreFixture.charge(limit, "caller", 1));
				if (!result.isViolated()) {
					underWay.add(result);
				}
			}
			else if (!underWay.isEmpty() && random.nextInt(3) > 0) {
				ChargeDecision end = underWay.remove(random.nextInt(underWay.size()));
				store.giveBack(end);
				ended.add(end);
			}
			else if (!ended.isEmpty()) {
				store.giveBack(ended.get(random.nextInt(ended.size())));
			}
			most = Math.max(most, underWay.size());
		}
		assertThat(most).isEqualTo(7);
	}

	/**
	 * Callers join and leave the queue and go on; those that go on are never closer
	 * together than the rate, except for the step of the clock to which a time is rounded
	 * up.
	 */
	@Tag("version-independent")
	@ParameterizedTest
	@CsvSource({ "10/s, 1000", "7/3s, 5000", "1/500ms, 3000" })
	default void scheduledPermitsNeverExceedOneAndTheRateWhateverJoinsCancelsAndLeaves(String text, long maxWait) {
		long seed = System.nanoTime();
		SplittableRandom random = new SplittableRandom(seed);
		Rate rate = Rate.parse(text);
		Limit limit = Limit.named("paced").rates(rate).maxWait(Duration.ofMillis(maxWait), 100).build();
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		TreeMap<Long, List<ChargeDecision>> scheduled = new TreeMap<>();
		List<Long> output = new ArrayList<>();
		long spacing = rate.period().toNanos() / rate.permits();
		for (int step = 0; step < patterns(); step++) {
			while (!scheduled.isEmpty() && scheduled.firstKey() <= time.nanoTime()) {
				var first = scheduled.pollFirstEntry();
				first.getValue().forEach((went) -> output.add(first.getKey()));
			}
			if (random.nextInt(4) > 0) {
				Charge charge = Charge.of(Handles.of(limit), Key.of("caller"), 1)
					.waiting(random.nextLong(maxWait * 1_000_000));
				ChargeDecision result = store.take(charge);
				if (!result.isViolated()) {
					scheduled.computeIfAbsent(time.nanoTime() + result.scheduledAfterNanos(), (at) -> new ArrayList<>())
						.add(result);
				}
			}
			if (!scheduled.isEmpty() && random.nextInt(3) == 0) {
				cancel(store, scheduled, random);
			}
			time.advance(Duration.ofNanos(resolution() * random.nextLong(2 * spacing / resolution())));
		}
		assertThat(output).as("seed %d", seed).hasSizeGreaterThan(patterns() / 20);
		for (int first = 0; first < output.size(); first++) {
			for (int last = first; last < Math.min(output.size(), first + 50); last++) {
				long nanos = output.get(last) - output.get(first) + resolution();
				assertThat(last - first + 1L).as("turns in %d ns, seed %d", nanos, seed)
					.isLessThanOrEqualTo(1 + nanos * rate.permits() / rate.period().toNanos());
			}
		}
	}

	/** Mostly of the newest call, which can give its permit back. */
	private static void cancel(LimitStore store, TreeMap<Long, List<ChargeDecision>> scheduled,
			SplittableRandom random) {
		Long at = random.nextInt(4) > 0 ? scheduled.lastKey()
				: scheduled.keySet().stream().skip(random.nextInt(scheduled.size())).findFirst().orElseThrow();
		scheduled.remove(at).forEach(store::giveBack);
	}

}
