package io.github.ratelimit.test.provider.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProviderLimitsTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));

	private final ProviderLimitsBuilder builder = ProviderLimits.builder().clock(this.clock);

	@Test
	void all_limits_decide_together_and_a_refused_request_takes_nothing() {
		ProviderLimits limits = this.builder
			.limits(ProviderLimit.requests(10, MINUTE), ProviderLimit.tokens(1000, MINUTE))
			.build();
		assertThat(admit(limits, 900).isAdmitted()).isTrue();
		Admission refused = admit(limits, 200);
		assertThat(refused.isAdmitted()).isFalse();
		assertThat(refused.charged()).isEqualTo(ProviderUsage.NONE);
		assertThat(remaining(limits)).containsExactly(9L, 100L);
	}

	@Test
	void a_refusal_reports_the_limit_with_the_longest_wait() {
		ProviderLimits limits = this.builder
			.limits(ProviderLimit.requests(1, MINUTE), ProviderLimit.tokens(1000, MINUTE))
			.build();
		admit(limits, 600);
		Violation violation = admit(limits, 500).violation();
		assertThat(violation.state().limit().unit()).isEqualTo(LimitedUnit.REQUESTS);
		assertThat(violation.retryAfter()).isEqualTo(MINUTE);
		this.clock.advance(Duration.ofSeconds(59));
		violation = admit(limits, 1000).violation();
		assertThat(violation.state().limit().unit()).isEqualTo(LimitedUnit.REQUESTS);
		assertThat(violation.retryAfter()).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void a_request_larger_than_a_limit_is_refused_as_too_large() {
		ProviderLimits limits = this.builder.limits(ProviderLimit.tokens(1000, MINUTE)).build();
		Violation violation = admit(limits, 1001).violation();
		assertThat(violation.isTooLarge()).isTrue();
		assertThat(violation.requested()).isEqualTo(1001);
	}

	@Test
	void input_and_output_tokens_have_limits_of_their_own() {
		ProviderLimits limits = this.builder
			.limits(ProviderLimit.inputTokens(100, MINUTE), ProviderLimit.outputTokens(10, MINUTE))
			.build();
		assertThat(limits.admit("key", "model", new ProviderUsage(50, 10)).isAdmitted()).isTrue();
		assertThat(limits.admit("key", "model", new ProviderUsage(50, 1)).isAdmitted()).isFalse();
		assertThat(limits.admit("key", "model", new ProviderUsage(50, 0)).isAdmitted()).isTrue();
	}

	@Test
	void credentials_and_models_have_limits_of_their_own() {
		ProviderLimits limits = this.builder.limits(ProviderLimit.requests(1, MINUTE))
			.limitsOf("gpt-4o-mini*", ProviderLimit.requests(2, MINUTE))
			.build();
		assertThat(limits.admit("a", "gpt-4o", ProviderUsage.NONE).isAdmitted()).isTrue();
		assertThat(limits.admit("a", "gpt-4o", ProviderUsage.NONE).isAdmitted()).isFalse();
		assertThat(limits.admit("b", "gpt-4o", ProviderUsage.NONE).isAdmitted()).isTrue();
		assertThat(limits.admit("a", "gpt-4o-mini-2024", ProviderUsage.NONE).isAdmitted()).isTrue();
		assertThat(limits.admit("a", "gpt-4o-mini-2024", ProviderUsage.NONE).isAdmitted()).isTrue();
		assertThat(limits.admit("a", "gpt-4o-mini-2024", ProviderUsage.NONE).isAdmitted()).isFalse();
	}

	@Test
	void refused_requests_are_charged_where_the_provider_does_so() {
		ProviderLimits limits = this.builder
			.limits(ProviderLimit.requests(10, MINUTE), ProviderLimit.tokens(1000, MINUTE))
			.chargeRefusals(true)
			.build();
		admit(limits, 1000);
		for (int i = 0; i < 20; i++) {
			admit(limits, 1);
		}
		assertThat(remaining(limits)).containsExactly(0L, 0L);
		this.clock.advance(Duration.ofSeconds(6));
		assertThat(remaining(limits)).containsExactly(1L, 100L);
	}

	@Test
	void concurrent_requests_are_limited_until_they_end() {
		ProviderLimits limits = this.builder.maxConcurrent(2).build();
		Admission first = admit(limits, 1);
		admit(limits, 1);
		Violation violation = admit(limits, 1).violation();
		assertThat(violation.state()).isNull();
		assertThat(violation.isTooLarge()).isFalse();
		first.end(ProviderUsage.NONE);
		first.end(ProviderUsage.NONE);
		assertThat(admit(limits, 1).isAdmitted()).isTrue();
		assertThat(admit(limits, 1).isAdmitted()).isFalse();
	}

	@Test
	void the_charge_of_the_admission_stays_by_default() {
		ProviderLimits limits = this.builder.limits(ProviderLimit.tokens(1000, MINUTE)).build();
		admit(limits, 800).end(new ProviderUsage(100, 0));
		assertThat(remaining(limits)).containsExactly(200L);
	}

	@Test
	void a_charge_is_corrected_in_both_directions_where_the_provider_does_so() {
		ProviderLimits limits = this.builder.limits(ProviderLimit.tokens(1000, MINUTE))
			.settlement(Settlement.CORRECT)
			.build();
		admit(limits, 800).end(new ProviderUsage(100, 0));
		assertThat(remaining(limits)).containsExactly(900L);
		admit(limits, 100).end(new ProviderUsage(1200, 0));
		assertThat(limits.states("key", "model").get(0).available()).isEqualTo(-300);
		assertThat(remaining(limits)).containsExactly(0L);
		assertThat(limits.states("key", "model").get(0).untilFull()).isEqualTo(Duration.ofSeconds(78));
		assertThat(limits.counts("key", "model").of(LimitedUnit.TOKENS).charged()).isEqualTo(1300);
	}

	@Test
	void tokens_come_back_only_in_the_fixed_window_in_which_they_were_charged() {
		ProviderLimits limits = this.builder.limits(ProviderLimit.tokens(1000, MINUTE).inFixedWindows())
			.settlement(Settlement.CORRECT)
			.build();
		Admission early = admit(limits, 800);
		this.clock.advance(MINUTE);
		admit(limits, 500);
		early.end(ProviderUsage.NONE);
		assertThat(remaining(limits)).containsExactly(500L);
		Admission late = admit(limits, 500);
		late.end(new ProviderUsage(100, 0));
		assertThat(remaining(limits)).containsExactly(400L);
	}

	@Test
	void an_estimate_is_wrong_by_its_bias_and_its_noise_and_alike_for_the_same_seed() {
		ProviderUsage actual = new ProviderUsage(1000, 100);
		assertThat(TokenEstimate.offBy(-0.3, 0, 1).estimate(actual)).isEqualTo(new ProviderUsage(700, 70));
		TokenEstimate one = TokenEstimate.offBy(0.1, 0.3, 42);
		TokenEstimate same = TokenEstimate.offBy(0.1, 0.3, 42);
		double sum = 0;
		for (int i = 0; i < 10_000; i++) {
			ProviderUsage estimate = one.estimate(actual);
			assertThat(estimate).isEqualTo(same.estimate(actual));
			sum += estimate.inputTokens();
		}
		assertThat(sum / 10_000).isCloseTo(1100, within(15.0));
	}

	@Test
	void a_halved_limit_loses_what_overflows_and_a_restored_one_fills_up_again() {
		ProviderLimits limits = this.builder.limits(ProviderLimit.tokens(1000, MINUTE)).build();
		admit(limits, 100);
		limits.scaleTo(0.5);
		assertThat(remaining(limits)).containsExactly(500L);
		admit(limits, 500);
		this.clock.advance(Duration.ofSeconds(30));
		assertThat(remaining(limits)).containsExactly(250L);
		limits.scaleTo(1);
		assertThat(remaining(limits)).containsExactly(250L);
		this.clock.advance(Duration.ofSeconds(30));
		assertThat(remaining(limits)).containsExactly(750L);
		assertThat(limits.counts("key", "model").of(LimitedUnit.TOKENS).offered()).isCloseTo(1000 + 250 + 500,
				within(1e-6));
	}

	@Test
	void a_halved_fixed_window_counts_what_it_has_used() {
		ProviderLimits limits = this.builder.limits(ProviderLimit.requests(10, MINUTE).inFixedWindows()).build();
		for (int i = 0; i < 6; i++) {
			admit(limits, 0);
		}
		limits.scaleTo(0.5);
		assertThat(admit(limits, 0).isAdmitted()).isFalse();
		this.clock.advance(MINUTE);
		assertThat(remaining(limits)).containsExactly(5L);
		limits.scaleTo(1);
		assertThat(remaining(limits)).containsExactly(10L);
		assertThat(limits.counts("key", "model").of(LimitedUnit.REQUESTS).offered()).isEqualTo(10 + 5 + 5);
	}

	@Test
	void everything_is_counted_by_window() {
		ProviderLimits limits = this.builder.limits(ProviderLimit.requests(2, MINUTE).inFixedWindows()).build();
		for (int i = 0; i < 3; i++) {
			admit(limits, 0);
		}
		this.clock.advance(MINUTE.multipliedBy(2));
		admit(limits, 0);
		ProviderCounts counts = limits.counts("key", "model");
		assertThat(counts.admitted()).isEqualTo(3);
		assertThat(counts.refused()).isEqualTo(1);
		assertThat(counts.refusedShare()).isEqualTo(0.25);
		assertThat(counts.of(LimitedUnit.REQUESTS).windows()).containsExactly(
				new WindowCounts(Instant.parse("2026-01-01T00:00:00Z"), 2, 1, 2),
				new WindowCounts(Instant.parse("2026-01-01T00:02:00Z"), 1, 0, 1));
		assertThat(counts.of(LimitedUnit.REQUESTS).usedShare()).isEqualTo(0.5);
	}

	@Test
	void a_clock_that_goes_back_counts_as_one_that_stands_still() {
		ProviderLimits limits = this.builder.limits(ProviderLimit.requests(60, MINUTE)).build();
		admit(limits, 0);
		admit(limits, 0);
		this.clock.advance(Duration.ofSeconds(-30));
		assertThat(remaining(limits)).containsExactly(58L);
		this.clock.advance(Duration.ofSeconds(31));
		assertThat(remaining(limits)).containsExactly(59L);
	}

	@Test
	void a_bucket_whose_numbers_are_too_large_to_calculate_with_is_not_made() {
		Duration month = Duration.ofDays(30);
		assertThat(ProviderLimit.tokens(1_000_000_000, month).permits()).isEqualTo(1_000_000_000);
		assertThatIllegalArgumentException().isThrownBy(() -> ProviderLimit.tokens(9_999_999_967L, month))
			.withMessageContaining("rounder number");
	}

	private static Admission admit(ProviderLimits limits, long tokens) {
		return limits.admit("key", "model", new ProviderUsage(tokens, 0));
	}

	private static List<Long> remaining(ProviderLimits limits) {
		return limits.states("key", "model").stream().map(LimitState::remaining).toList();
	}

}
