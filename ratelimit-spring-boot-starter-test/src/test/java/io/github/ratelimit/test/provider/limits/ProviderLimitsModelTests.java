package io.github.ratelimit.test.provider.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Compares the limits with plain models of them. */
class ProviderLimitsModelTests {

	private static final Instant START = Instant.parse("2026-01-01T00:00:07.5Z");

	/** A request: how long after the one before it, with which estimate and usage. */
	record Step(long micros, long estimate, long usage) {
	}

	@Provide
	Arbitrary<ProviderLimit> limit() {
		Arbitrary<Duration> windows = Arbitraries.of(Duration.ofSeconds(1), Duration.ofSeconds(10),
				Duration.ofMinutes(1), Duration.ofDays(1), Duration.of(7_654_321, ChronoUnit.MICROS));
		return Combinators.combine(Arbitraries.longs().between(1, 100_000), windows)
			.as((permits, window) -> ProviderLimit.tokens(permits, window));
	}

	@Provide
	Arbitrary<List<Step>> steps() {
		Arbitrary<Long> tokens = Arbitraries.longs().between(0, 60_000).withoutEdgeCases();
		return Combinators.combine(Arbitraries.longs().between(0, 40_000_000).withoutEdgeCases(), tokens, tokens)
			.as(Step::new)
			.list()
			.ofMaxSize(60);
	}

	@Property
	void a_token_bucket_decides_as_exact_arithmetic_does(@ForAll("limit") ProviderLimit limit,
			@ForAll("steps") List<Step> steps) {
		ManualClock clock = new ManualClock(START);
		ProviderLimits limits = limits(clock, limit);
		BigInteger capacity = BigInteger.valueOf(limit.permits());
		BigInteger window = BigInteger.valueOf(Micros.of(limit.window()));
		// The level in parts: there are as many in a permit as microseconds in a window
		BigInteger level = capacity.multiply(window);
		for (Step step : steps) {
			clock.advance(Duration.of(step.micros(), ChronoUnit.MICROS));
			level = level.add(capacity.multiply(BigInteger.valueOf(step.micros()))).min(capacity.multiply(window));
			BigInteger needed = window.multiply(BigInteger.valueOf(step.estimate()));
			Admission admission = limits.admit("key", "model", tokens(step.estimate()));
			assertThat(admission.isAdmitted()).isEqualTo(level.compareTo(needed) >= 0);
			if (admission.isAdmitted()) {
				admission.end(tokens(step.usage()));
				level = level.subtract(window.multiply(BigInteger.valueOf(step.usage())))
					.min(capacity.multiply(window));
			}
		}
	}

	@Property
	void a_fixed_window_decides_as_a_counter_for_each_window_does(@ForAll("limit") ProviderLimit limit,
			@ForAll("steps") List<Step> steps) {
		ManualClock clock = new ManualClock(START);
		ProviderLimits limits = limits(clock, limit.inFixedWindows());
		long length = Micros.of(limit.window());
		long window = -1;
		long used = 0;
		for (Step step : steps) {
			clock.advance(Duration.of(step.micros(), ChronoUnit.MICROS));
			long current = Micros.of(clock.instant()) / length;
			used = (current == window) ? used : 0;
			window = current;
			Admission admission = limits.admit("key", "model", tokens(step.estimate()));
			assertThat(admission.isAdmitted()).isEqualTo(used + step.estimate() <= limit.permits());
			if (admission.isAdmitted()) {
				admission.end(tokens(step.usage()));
				used += step.usage();
			}
		}
	}

	@Property
	void a_request_is_refused_until_exactly_the_reported_time(@ForAll("limit") ProviderLimit limit,
			@ForAll boolean fixedWindow, @ForAll("steps") List<Step> steps) {
		ManualClock clock = new ManualClock(START);
		ProviderLimits limits = limits(clock, fixedWindow ? limit.inFixedWindows() : limit);
		for (Step step : steps) {
			clock.advance(Duration.of(step.micros(), ChronoUnit.MICROS));
			Violation violation = limits.admit("key", "model", tokens(step.estimate())).violation();
			if (violation != null && violation.retryAfter() != null) {
				clock.advance(violation.retryAfter().minus(1, ChronoUnit.MICROS));
				assertThat(limits.admit("key", "model", tokens(step.estimate())).isAdmitted()).isFalse();
				clock.advance(Duration.of(1, ChronoUnit.MICROS));
				assertThat(limits.admit("key", "model", tokens(step.estimate())).isAdmitted()).isTrue();
			}
			else if (violation != null) {
				assertThat(step.estimate()).isGreaterThan(limit.permits());
			}
		}
	}

	@Property
	void no_more_is_charged_than_was_offered(@ForAll("limit") ProviderLimit limit, @ForAll boolean fixedWindow,
			@ForAll("steps") List<Step> steps) {
		ManualClock clock = new ManualClock(START);
		ProviderLimits limits = limits(clock, fixedWindow ? limit.inFixedWindows() : limit);
		long admitted = 0;
		limits.states("key", "model");
		for (Step step : steps) {
			clock.advance(Duration.of(step.micros(), ChronoUnit.MICROS));
			admitted += limits.admit("key", "model", tokens(step.estimate())).isAdmitted() ? step.estimate() : 0;
			LimitCounts counts = limits.counts("key", "model").of(LimitedUnit.TOKENS);
			assertThat(counts.charged()).isEqualTo(admitted);
			assertThat(counts.windows().stream().mapToLong(WindowCounts::charged).sum()).isEqualTo(admitted);
			assertThat(counts.usedShare()).isLessThanOrEqualTo(1 + 1e-9);
		}
	}

	private static ProviderLimits limits(ManualClock clock, ProviderLimit limit) {
		return ProviderLimits.builder().clock(clock).limits(limit).settlement(Settlement.CORRECT).build();
	}

	private static ProviderUsage tokens(long tokens) {
		return new ProviderUsage(tokens, 0);
	}

}
