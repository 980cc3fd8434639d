package io.github.ratelimit.governor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.dialect.Quota;
import io.github.ratelimit.provider.dialect.Refill;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is available by the reports of limits that refill continuously. */
class ReportedLimitsTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final ManualTime time = new ManualTime();

	private final Governor governor = new Governor("openai", Key.GLOBAL,
			new GovernorSettings(List.of(), true, Integer.MAX_VALUE, 1000, MINUTE, 0, MINUTE, LimitMode.ENFORCE),
			() -> false, (dimension) -> MINUTE, this.time, Runnable::run, null);

	private CompletableFuture<GovernedCall> waiting(long tokens) {
		return this.governor.acquireAsync(CallRequest.of(new CallCost(tokens, 0), MINUTE));
	}

	private GovernedCall call(long tokens) {
		CompletableFuture<GovernedCall> call = waiting(tokens);
		assertThat(call).isCompleted();
		return call.join();
	}

	private static void reportTokens(GovernedCall call, long limit, long remaining) {
		report(call, Dimension.TOKENS, limit, remaining);
	}

	private static void report(GovernedCall call, Dimension dimension, long limit, long remaining) {
		call.report(new ProviderSnapshot(
				List.of(new Quota(dimension, limit, remaining, null, MINUTE, Refill.CONTINUOUS)), null, 0), true);
	}

	private long available() {
		return this.governor.state().quotas().get(0).available();
	}

	private double factor() {
		return this.governor.state().quotas().get(0).factor();
	}

	@Test
	void aLimitThatIsFullBetweenTwoCallsDoesNotMakeThemSeemExpensive() {
		for (int i = 0; i < 10; i++) {
			reportTokens(call(2000), 30_000, 28_000);
			this.time.advance(Duration.ofMinutes(2));
		}
		assertThat(factor()).isLessThanOrEqualTo(4);
		assertThat(List.of(waiting(2000), waiting(2000), waiting(2000))).allMatch(CompletableFuture::isDone);
	}

	@Test
	void theFirstFactorOfCallsInFlightMakesNoQueuedCallWaitTooLong() {
		report(call(1), Dimension.REQUESTS, 60, 59);
		List<CompletableFuture<GovernedCall>> calls = new ArrayList<>();
		for (int i = 0; i < 59; i++) {
			calls.add(this.governor.acquireAsync(CallRequest.of(CallCost.REQUEST, Duration.ofSeconds(5))));
		}
		assertThat(calls).as("the factor is 4 at first").anyMatch((call) -> !call.isDone());
		assertThat(calls).as("59 are left").noneMatch(CompletableFuture::isCompletedExceptionally);
		assertThat(waiting(5).isCompletedExceptionally()).isFalse();
		CompletableFuture<GovernedCall> tooMany = null;
		for (int i = 0; i < 6; i++) {
			tooMany = this.governor.acquireAsync(CallRequest.of(CallCost.REQUEST, Duration.ofSeconds(5)));
		}
		assertThat(tooMany).isCompletedExceptionally();
	}

	@Test
	void callsThatAreNotSentDoNotShortenTheExpectedWait() {
		report(call(1), Dimension.REQUESTS, 60, 59);
		for (int i = 0; i < 50; i++) {
			call(0).notSent();
		}
		assertThat(seventyFifthCall()).as("59 are left, and 5 come back").isCompletedExceptionally();
	}

	@Test
	void permitsThatHaveComeBackShortenTheExpectedWaitOnlyOnce() {
		report(call(1), Dimension.REQUESTS, 60, 59);
		for (int i = 0; i < 10; i++) {
			waiting(0);
		}
		this.time.advance(Duration.ofSeconds(28));
		assertThat(seventyFifthCall()).as("60 are left at most, and 5 come back").isCompletedExceptionally();
	}

	private CompletableFuture<GovernedCall> seventyFifthCall() {
		CompletableFuture<GovernedCall> last = null;
		for (int i = 0; i < 75; i++) {
			last = this.governor.acquireAsync(CallRequest.of(CallCost.REQUEST, Duration.ofSeconds(5)));
		}
		return last;
	}

	@Test
	void moreThanCouldRefillShowsThatOthersUseTheLimit() {
		reportTokens(call(2000), 30_000, 28_000);
		this.time.advance(Duration.ofMinutes(2));
		reportTokens(call(2000), 30_000, 10_000);
		assertThat(factor()).as("20,000 were charged, and 8,000 expected").isGreaterThan(4);
	}

	@Test
	void lessThanWasExpectedShowsThatCallsAreCheaper() {
		reportTokens(call(2000), 30_000, 10_000);
		this.time.advance(Duration.ofSeconds(5));
		reportTokens(call(2000), 30_000, 11_000);
		assertThat(factor()).as("1,500 were charged, and 8,000 expected").isLessThan(4);
	}

	@Test
	void whatCouldNotRefillBecauseNothingWasMissingDoesNotPayForLaterCalls() {
		report(call(1), Dimension.REQUESTS, 500, 500);
		GovernedCall slow = call(1);
		this.time.advance(Duration.ofSeconds(59));
		for (int i = 0; i < 120; i++) {
			call(1);
		}
		this.time.advance(Duration.ofSeconds(1));
		report(slow, Dimension.REQUESTS, 500, 499);
		assertThat(available()).as("500, without 120 calls, and the refill of a second")
			.isEqualTo(Math.round(500 - 120 * factor() + 500 / 60.0));
	}

	@Test
	void aCallThatWasNotSentIsNoPartOfALaterReport() {
		GovernedCall notSent = call(100);
		GovernedCall reported = call(100);
		notSent.notSent();
		reportTokens(reported, 10_000, 9000);
		assertThat(available()).isEqualTo(9000);
	}

	@Test
	void aCallThatWasNotSentIsNotGivenBackToTheReportOfALaterCall() {
		GovernedCall notSent = call(100);
		GovernedCall reported = call(100);
		reportTokens(reported, 10_000, 9000);
		notSent.notSent();
		assertThat(available()).isEqualTo(9000);
	}

	@Test
	void aCallThatWasNotSentIsGivenBackToTheReportOfAnEarlierCall() {
		GovernedCall first = call(100);
		GovernedCall second = call(100);
		GovernedCall third = call(100);
		second.notSent();
		reportTokens(first, 10_000, 9000);
		assertThat(available()).isEqualTo(Math.round(9000 - 100 * factor()));
		third.notSent();
		assertThat(available()).isEqualTo(9000);
	}

	@Test
	void callsThatWereSentAfterOneThatWasNotAreSubtracted() {
		GovernedCall notSent = call(100);
		GovernedCall reported = call(100);
		notSent.notSent();
		call(100);
		reportTokens(reported, 10_000, 9000);
		assertThat(available()).isEqualTo(Math.round(9000 - 100 * factor()));
	}

}
