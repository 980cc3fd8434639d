package io.github.ratelimit.governor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ratelimit.Key;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.governor.GovernorState.QuotaState;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.dialect.Quota;
import io.github.ratelimit.provider.dialect.Refill;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits and calls of any number of tokens. */
class LargeNumbersTests {

	/**
	 * Up to this number of tokens each is another one in the arithmetic of a governor.
	 */
	private static final long MOST_EXACT = (1L << 53) - 1;

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final ManualTime time = new ManualTime();

	private Governor governor(ConfiguredQuota... quotas) {
		GovernorSettings settings = new GovernorSettings(List.of(quotas), quotas.length == 0, Integer.MAX_VALUE, 1000,
				MINUTE, 0.1, Duration.ofMinutes(5), LimitMode.ENFORCE);
		return new Governor("openai", Key.GLOBAL, settings, () -> false, (dimension) -> MINUTE, this.time,
				Runnable::run, null);
	}

	private Governor configured(long tokens) {
		return governor(new ConfiguredQuota(Dimension.TOKENS, tokens, MINUTE));
	}

	private Governor reported(long tokens) {
		Governor governor = governor();
		GovernedCall call = call(governor, 1).join();
		call.report(report(tokens, tokens, Refill.CONTINUOUS), true);
		call.close();
		return governor;
	}

	private static ProviderSnapshot report(long limit, long remaining, Refill refill) {
		return new ProviderSnapshot(List.of(new Quota(Dimension.TOKENS, limit, remaining, null, MINUTE, refill)), null,
				0);
	}

	private static CompletableFuture<GovernedCall> call(Governor governor, long tokens) {
		return governor.acquireAsync(CallRequest.of(new CallCost(tokens, 0), MINUTE));
	}

	private static @Nullable Reason refusal(CompletableFuture<GovernedCall> call) {
		if (!call.isCompletedExceptionally()) {
			return null;
		}
		CompletionException failure = catchThrowableOfType(CompletionException.class, call::join);
		return ((CallRefusedException) failure.getCause()).reason();
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 999_999_999, 1_000_000_000, 1_000_000_001, 5_000_000_000L, 1_000_000_000_000L,
			1_000_000_000_000_000L, 1L << 62 })
	void aCallThatNeedsMoreThanItsLimitIsTooLargeHoweverLargeTheLimit(long limit) {
		for (Governor governor : List.of(configured(limit), reported(limit))) {
			assertThat(refusal(call(governor, Long.MAX_VALUE))).isEqualTo(Reason.TOO_LARGE);
			assertThat(refusal(call(governor, limit + limit / 100 + 1))).isEqualTo(Reason.TOO_LARGE);
			assertThat(refusal(call(governor, limit))).isNotEqualTo(Reason.TOO_LARGE);
		}
	}

	@Property(tries = 500)
	void aCallIsTooLargeExactlyIfItNeedsMoreThanItsLimit(@ForAll @LongRange(min = 1, max = MOST_EXACT) long limit,
			@ForAll @LongRange(min = 0, max = MOST_EXACT) long tokens) {
		for (long needed : new long[] { tokens, limit - 1, limit, limit + 1 }) {
			for (Governor governor : List.of(configured(limit), reported(limit))) {
				Reason refusal = refusal(call(governor, needed));
				assertThat(refusal == Reason.TOO_LARGE).as("%s of %s", needed, limit).isEqualTo(needed > limit);
			}
		}
	}

	/** Any numbers of estimated, used and reported tokens. */
	@Property(tries = 300)
	void noNumbersStopLaterCallsForLong(@ForAll("steps") List<Step> steps,
			@ForAll @LongRange(min = 100, max = 1L << 60) long limit) {
		Governor governor = governor(new ConfiguredQuota(Dimension.TOKENS, limit, MINUTE));
		List<CompletableFuture<GovernedCall>> calls = new ArrayList<>();
		for (Step step : steps) {
			CompletableFuture<GovernedCall> call = governor
				.acquireAsync(CallRequest.of(new CallCost(step.input(), step.output()), MINUTE));
			calls.add(call);
			if (call.isDone() && !call.isCompletedExceptionally()) {
				if (step.remaining() >= 0) {
					call.join().report(report(limit, step.remaining(), step.refill()), true);
				}
				call.join().close(new CallCost(step.used(), step.used()));
			}
			this.time.advance(Duration.ofMillis(step.millis()));
			for (QuotaState quota : governor.state().quotas()) {
				assertThat((double) quota.available()).isBetween(-2.0 * limit, (double) limit);
				assertThat(quota.factor()).isBetween(0.01, 100.0);
				assertThat(quota.perSecond()).isPositive().isFinite();
			}
		}
		for (CompletableFuture<GovernedCall> call : calls) {
			call.thenAccept(GovernedCall::close);
		}
		this.time.advance(MINUTE.multipliedBy(10));
		assertThat(governor.state().waiting()).isZero();
		CompletableFuture<GovernedCall> next = call(governor, 1);
		this.time.advance(MINUTE);
		assertThat(next).isCompleted();
	}

	@Provide
	Arbitrary<List<Step>> steps() {
		Arbitrary<Long> tokens = Arbitraries.oneOf(Arbitraries.longs().between(0, 100),
				Arbitraries.longs().between(0, Long.MAX_VALUE));
		Arbitrary<Long> remaining = Arbitraries.oneOf(Arbitraries.just(-1L), tokens);
		return Combinators
			.combine(tokens, tokens, tokens, remaining, Arbitraries.of(Refill.class),
					Arbitraries.longs().between(0, 30_000))
			.as(Step::new)
			.list()
			.ofMaxSize(20);
	}

	/**
	 * A call.
	 *
	 * @param remaining what its response reports, -1 for nothing
	 */
	record Step(long input, long output, long used, long remaining, Refill refill, long millis) {
	}

}
