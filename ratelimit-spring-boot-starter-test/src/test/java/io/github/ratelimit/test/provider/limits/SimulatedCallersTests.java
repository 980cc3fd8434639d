package io.github.ratelimit.test.provider.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** 200 callers, each of which waits for nothing but the time that a refusal reports. */
class SimulatedCallersTests {

	private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

	private record Event(Instant time, long number, Runnable action) {
	}

	@Test
	void ten_minutes_of_200_callers_use_what_is_offered_and_are_counted() {
		ProviderCounts counts = simulate(7, Duration.ofMinutes(10));
		LimitCounts tokens = counts.of(LimitedUnit.TOKENS);
		assertThat(tokens.offered()).isCloseTo(11 * 500_000, within(10.0));
		// Estimates are too low: what is missing is charged at the end, beyond what is
		// there
		assertThat(tokens.usedShare()).isBetween(0.97, 1.01);
		assertThat(tokens.windows()).hasSize(10);
		assertThat(counts.refused()).isGreaterThan(counts.admitted());
	}

	@Test
	void a_simulation_runs_twice_alike() {
		Duration time = Duration.ofSeconds(100);
		assertThat(simulate(1, time)).isEqualTo(simulate(1, time)).isNotEqualTo(simulate(2, time));
	}

	private static ProviderCounts simulate(long seed, Duration time) {
		Random random = new Random(seed);
		ManualClock clock = new ManualClock(START);
		ProviderLimits limits = ProviderLimits.builder()
			.clock(clock)
			.limits(ProviderLimit.requests(500, Duration.ofMinutes(1)),
					ProviderLimit.tokens(500_000, Duration.ofMinutes(1)))
			.estimate(TokenEstimate.offBy(-0.3, 0.3, seed))
			.settlement(Settlement.CORRECT)
			.build();
		limits.states("key", "model");
		PriorityQueue<Event> events = new PriorityQueue<>(
				Comparator.comparing(Event::time).thenComparingLong(Event::number));
		for (int i = 0; i < 200; i++) {
			later(events, START, 300, random, () -> call(events, limits, clock, random));
		}
		while (!events.isEmpty() && events.peek().time().isBefore(START.plus(time))) {
			Event event = events.poll();
			clock.set(event.time());
			event.action().run();
		}
		clock.set(START.plus(time).minusMillis(1));
		return limits.counts("key", "model");
	}

	private static void call(PriorityQueue<Event> events, ProviderLimits limits, ManualClock clock, Random random) {
		ProviderUsage usage = new ProviderUsage(Math.round(1500 * Math.exp(random.nextGaussian() / 2)), 100);
		Admission admission = limits.admit("key", "model", usage);
		Runnable next = () -> call(events, limits, clock, random);
		if (admission.isAdmitted()) {
			later(events, clock.instant(), 20_000, random, () -> {
				admission.end(usage);
				next.run();
			});
		}
		else {
			later(events, clock.instant().plus(admission.violation().retryAfter()), 300, random, next);
		}
	}

	private static void later(PriorityQueue<Event> events, Instant time, int millis, Random random, Runnable action) {
		events.add(new Event(time.plusMillis(1 + random.nextInt(millis)), random.nextLong(), action));
	}

}
