package io.github.ratelimit.governor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ratelimit.Key;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.governor.GovernorState.Phase;
import io.github.ratelimit.governor.GovernorState.QuotaState;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.dialect.Quota;
import io.github.ratelimit.provider.dialect.Refill;
import io.github.ratelimit.provider.dialect.Throttle;
import io.github.ratelimit.provider.dialect.Throttle.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GovernorTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final ManualTime time = new ManualTime();

	private boolean off;

	private Governor governor = configured(100, 1000);

	private Governor configured(long requests, long tokens) {
		return governor(false, 1000, MINUTE, List.of(new ConfiguredQuota(Dimension.REQUESTS, requests, MINUTE),
				new ConfiguredQuota(Dimension.TOKENS, tokens, MINUTE)));
	}

	private Governor governor(boolean reports, int maxWaiting, Duration maxWait, List<ConfiguredQuota> quotas) {
		return governor(new GovernorSettings(quotas, reports, Integer.MAX_VALUE, maxWaiting, maxWait, 0,
				Duration.ofMinutes(5), LimitMode.ENFORCE));
	}

	private Governor governor(GovernorSettings settings) {
		return new Governor("openai", Key.GLOBAL, settings, () -> this.off, (dimension) -> MINUTE, this.time,
				Runnable::run, null);
	}

	private CompletableFuture<GovernedCall> call(long tokens) {
		return call(new CallRequest(new CallCost(tokens, 0), MINUTE, 0, false, Caller.UNBOUNDED));
	}

	private CompletableFuture<GovernedCall> call(CallRequest request) {
		return this.governor.acquireAsync(request);
	}

	private void throttle(GovernedCall call, @Nullable Duration retryAfter) {
		call.report(new ProviderSnapshot(List.of(), new Throttle(Kind.RATE_LIMITED, retryAfter, null, "slow_down"), 0),
				false);
		call.close();
	}

	private static ProviderSnapshot remaining(long limit, long remaining) {
		return new ProviderSnapshot(
				List.of(new Quota(Dimension.TOKENS, limit, remaining, null, MINUTE, Refill.CONTINUOUS)), null, 0);
	}

	@Test
	void callsAreSentAtOnceWhileTheirPermitsAreThere() {
		for (int i = 0; i < 10; i++) {
			assertThat(call(100)).isCompleted();
		}
		assertThat(call(1)).isNotDone();
	}

	@Test
	void whileLimitsAreSwitchedOffCallsAreSentAtOnceAlsoThoseThatAreQueued() {
		call(1000);
		CompletableFuture<GovernedCall> queued = call(900);
		this.off = true;
		assertThat(call(900)).isCompleted();
		this.governor.lookAgain();
		assertThat(queued).isCompleted();
		this.off = false;
		assertThat(call(900)).isCompletedExceptionally();
	}

	@ParameterizedTest
	@CsvSource({ ", 1", "60, 60" })
	void aRefusalThatNamesNoLimitDoesNotEmptyTheQuotaOfADay(@Nullable Long retryAfter, long gate) {
		this.governor = governor(false, 1000, Duration.ofHours(1),
				List.of(new ConfiguredQuota(Dimension.REQUESTS, 1000, Duration.ofDays(1)),
						new ConfiguredQuota(Dimension.REQUESTS, 60, MINUTE)));
		throttle(call(1).join(), (retryAfter != null) ? Duration.ofSeconds(retryAfter) : null);
		assertThat(this.governor.state().quotas()).extracting(QuotaState::available).containsExactly(999L, 0L);
		CompletableFuture<GovernedCall> next = call(
				new CallRequest(new CallCost(1, 0), Duration.ofHours(1), 0, false, Caller.UNBOUNDED));
		this.time.advance(Duration.ofSeconds(gate - 1).plusMillis(900));
		assertThat(next).isNotDone();
		this.time.advance(Duration.ofSeconds(2));
		assertThat(next).as("one permit of a minute's quota refills in less than two seconds").isCompleted();
	}

	@Test
	void aRefusalThatNamesALimitEmptiesItsQuota() {
		this.governor = governor(false, 1000, Duration.ofHours(1),
				List.of(new ConfiguredQuota(Dimension.REQUESTS, 1000, Duration.ofDays(1)),
						new ConfiguredQuota(Dimension.TOKENS, 100_000, Duration.ofDays(1))));
		GovernedCall call = call(1).join();
		call.report(new ProviderSnapshot(List.of(),
				new Throttle(Kind.RATE_LIMITED, null, Dimension.REQUESTS, "requests_per_day"), 0), false);
		assertThat(this.governor.state().quotas()).extracting(QuotaState::available).containsExactly(0L, 99_999L);
	}

	@Test
	void aUsageThatNoProviderCanHaveServedStopsCallsForTwoWindowsAtMost() {
		GovernedCall call = call(10).join();
		call.close(new CallCost(900_000_000_000_000L, 0));
		CompletableFuture<GovernedCall> next = call(
				new CallRequest(new CallCost(10, 0), MINUTE.multipliedBy(3), 0, false, Caller.UNBOUNDED));
		this.time.advance(MINUTE.multipliedBy(2).plusSeconds(2));
		assertThat(next).isCompleted();
	}

	@Test
	void aLimitThatIsNoLongerReportedDoesNotStopCallsForever() {
		this.governor = governor(true, 1000, MINUTE, List.of());
		Quota search = new Quota(Dimension.REQUESTS, 30, 29, null, MINUTE, Refill.CONTINUOUS);
		Quota core = new Quota(Dimension.REQUESTS, 5000, 4999, null, Duration.ofHours(1), Refill.CONTINUOUS);
		report(search);
		for (int i = 0; i < 12; i++) {
			report(core);
			this.time.advance(Duration.ofSeconds(30));
		}
		report(core);
		assertThat(this.governor.state().quotas()).extracting(QuotaState::window).containsExactly(Duration.ofHours(1));
	}

	@Test
	void twoLimitsOfWhichBothAreReportedStay() {
		this.governor = governor(true, 1000, MINUTE, List.of());
		Quota minute = new Quota(Dimension.REQUESTS, 30, 29, null, MINUTE, Refill.CONTINUOUS);
		Quota hour = new Quota(Dimension.REQUESTS, 5000, 4999, null, Duration.ofHours(1), Refill.CONTINUOUS);
		for (int i = 0; i < 30; i++) {
			report((i % 2 == 0) ? minute : hour);
			this.time.advance(Duration.ofSeconds(30));
		}
		assertThat(this.governor.state().quotas()).hasSize(2);
	}

	private void report(Quota quota) {
		GovernedCall call = call(1).join();
		call.report(new ProviderSnapshot(List.of(quota), null, 0), true);
		call.close();
	}

	@Test
	void aCallWaitsUntilItsPermitsAreBack() {
		call(1000);
		CompletableFuture<GovernedCall> waiting = call(100);
		this.time.advance(Duration.ofMillis(5999));
		assertThat(waiting).isNotDone();
		this.time.advance(Duration.ofMillis(1));
		assertThat(waiting).isCompleted();
		assertThat(waiting.join().waitedNanos()).isEqualTo(Duration.ofSeconds(6).toNanos());
	}

	@Test
	void aSmallCallDoesNotOvertakeALargeOne() {
		call(1000);
		CompletableFuture<GovernedCall> large = call(500);
		CompletableFuture<GovernedCall> small = call(1);
		this.time.advance(Duration.ofSeconds(29));
		assertThat(small).isNotDone();
		this.time.advance(Duration.ofSeconds(2));
		assertThat(large).isCompleted();
		assertThat(small).isCompleted();
	}

	@Test
	void furtherAttemptsAndCallsOfHigherPriorityAreSentFirst() {
		call(1000);
		List<String> order = new ArrayList<>();
		note(order, "normal", 0, false);
		note(order, "retry", 0, true);
		note(order, "important", 1, false);
		this.time.advance(Duration.ofSeconds(50));
		assertThat(order).containsExactly("important", "retry", "normal");
	}

	private void note(List<String> order, String name, int priority, boolean retry) {
		call(new CallRequest(new CallCost(100, 0), MINUTE, priority, retry, Caller.UNBOUNDED))
			.thenRun(() -> order.add(name));
	}

	@Test
	void aCallThatWouldWaitTooLongIsRefusedAtOnceWithItsWait() {
		call(1000);
		call(500);
		CallRefusedException refused = refused(
				call(new CallRequest(new CallCost(100, 0), Duration.ofSeconds(35), 0, false, Caller.UNBOUNDED)));
		assertThat(refused.reason()).isEqualTo(Reason.WAIT_TOO_LONG);
		assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(36));
		assertThat(refused).hasMessageContaining("openai")
			.hasMessageContaining("36 s")
			.hasMessageContaining("max-wait");
	}

	private static CallRefusedException refused(CompletableFuture<GovernedCall> call) {
		assertThat(call).isCompletedExceptionally();
		return (CallRefusedException) catchThrowableOfType(CompletionException.class, call::join).getCause();
	}

	@Test
	void aFullQueueRefusesAtOnce() {
		this.governor = governor(false, 2, MINUTE, List.of(new ConfiguredQuota(Dimension.REQUESTS, 1, MINUTE)));
		Duration hour = Duration.ofHours(1);
		for (int i = 0; i < 3; i++) {
			call(new CallRequest(CallCost.REQUEST, hour, 0, false, Caller.UNBOUNDED));
		}
		assertThat(refused(call(new CallRequest(CallCost.REQUEST, hour, 0, false, Caller.UNBOUNDED))).reason())
			.isEqualTo(Reason.QUEUE_FULL);
	}

	@Test
	void aCallThatNeedsMoreThanTheLimitIsRefused() {
		CallRefusedException refused = refused(call(1001));
		assertThat(refused.reason()).isEqualTo(Reason.TOO_LARGE);
		assertThat(refused.retryAfter()).isZero();
	}

	@Test
	void aCallThatMayAnswerMoreThanTheLimitIsSentAlone() {
		CompletableFuture<GovernedCall> call = call(
				new CallRequest(new CallCost(10, 64_000), MINUTE, 0, false, Caller.UNBOUNDED));
		assertThat(call).isCompleted();
		call.join().close(new CallCost(10, 300));
		assertThat(this.governor.state().quotas().get(1).available()).isEqualTo(690);
	}

	@Test
	void aCallThatIsStillQueuedAtTheEndOfItsWaitIsRefused() {
		GovernedCall first = call(1000).join();
		CompletableFuture<GovernedCall> waiting = call(500);
		first.report(new ProviderSnapshot(List.of(),
				new Throttle(Kind.RATE_LIMITED, Duration.ofMinutes(2), null, "slow_down"), 0), false);
		this.time.advance(MINUTE);
		CallRefusedException refused = refused(waiting);
		assertThat(refused.reason()).isEqualTo(Reason.THROTTLED);
		assertThat(refused.retryAfter()).isEqualTo(MINUTE);
		assertThat(this.governor.state().waiting()).isZero();
	}

	@Test
	void aCancelledCallLeavesTheQueue() {
		call(1000);
		CompletableFuture<GovernedCall> cancelled = call(900);
		CompletableFuture<GovernedCall> next = call(100);
		cancelled.cancel(false);
		assertThat(this.governor.state().waiting()).isEqualTo(1);
		this.time.advance(Duration.ofSeconds(6));
		assertThat(next).isCompleted();
	}

	@Test
	void anInterruptedThreadLeavesTheQueueAndKeepsItsFlag() {
		call(1000);
		Thread.currentThread().interrupt();
		assertThatThrownBy(() -> this.governor.acquire(CallRequest.of(new CallCost(100, 0), MINUTE)))
			.isInstanceOfSatisfying(CallRefusedException.class,
					(ex) -> assertThat(ex.reason()).isEqualTo(Reason.INTERRUPTED));
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.governor.state().waiting()).isZero();
	}

	@Test
	void aRetryAfterStopsAllCallsOfTheKey() {
		throttle(call(1).join(), Duration.ofSeconds(20));
		CompletableFuture<GovernedCall> other = call(1);
		assertThat(this.governor.state().phase()).isEqualTo(Phase.THROTTLED);
		assertThat(this.governor.state().reason()).contains("slow_down").contains("20 s");
		this.time.advance(Duration.ofMillis(19_999));
		assertThat(other).isNotDone();
		this.time.advance(Duration.ofMillis(1));
		assertThat(other).isCompleted();
		assertThat(this.governor.state().throttled()).isEqualTo(1);
		assertThat(this.governor.state().lastThrottled()).isEqualTo(this.time.wallTime().minusSeconds(20));
	}

	@Test
	void aRetryAfterIsCapped() {
		throttle(call(1).join(), Duration.ofDays(10_000));
		assertThat(refused(call(1)).retryAfter()).isEqualTo(Duration.ofMinutes(5));
	}

	@Test
	void aRefusalWithoutRetryAfterStopsCallsForLongerEachTime() {
		this.governor = configured(100_000, 1_000_000);
		Duration[] pauses = { Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4) };
		for (Duration pause : pauses) {
			this.time.advance(Duration.ofMillis(1));
			throttle(call(0).join(), null);
			CompletableFuture<GovernedCall> next = call(0);
			this.time.advance(pause.minusMillis(1));
			assertThat(next).isNotDone();
			this.time.advance(Duration.ofMillis(1));
			assertThat(next).isCompleted();
			next.join().close();
		}
	}

	@Test
	void spentCreditStopsNothing() {
		GovernedCall call = call(1).join();
		call.report(
				new ProviderSnapshot(List.of(), new Throttle(Kind.QUOTA_SPENT, MINUTE, null, "insufficient_quota"), 0),
				false);
		assertThat(call(1)).isCompleted();
	}

	@Test
	void fourCallsAreSentAtFirstIfLimitsAreUnknown() {
		this.governor = governor(true, 1000, MINUTE, List.of());
		List<CompletableFuture<GovernedCall>> calls = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			calls.add(call(100));
		}
		assertThat(calls).filteredOn(CompletableFuture::isDone).hasSize(4);
		assertThat(this.governor.state().reason()).contains("not known yet");
		calls.get(0).join().report(remaining(10_000, 10_000), true);
		assertThat(calls).allMatch(CompletableFuture::isDone);
	}

	@Test
	void whatIsAvailableIsSetByTheProviderUpwardsAndDownwards() {
		this.governor = governor(true, 1000, MINUTE, List.of());
		call(100).join().report(remaining(10_000, 10), true);
		CompletableFuture<GovernedCall> waiting = call(100);
		assertThat(waiting).isNotDone();
		this.time.advance(Duration.ofMillis(2340));
		assertThat(waiting).isCompleted();
		waiting.join().report(remaining(10_000, 9000), true);
		assertThat(this.governor.state().quotas()).singleElement()
			.satisfies((quota) -> assertThat(quota.available()).isEqualTo(9000))
			.satisfies((quota) -> assertThat(quota.remaining()).isEqualTo(9000));
	}

	@Test
	void aReportOfACallThatWasSentEarlierIsIgnored() {
		this.governor = governor(true, 1000, MINUTE, List.of());
		GovernedCall first = call(100).join();
		GovernedCall second = call(100).join();
		second.report(remaining(10_000, 500), true);
		first.report(remaining(10_000, 9000), true);
		assertThat(this.governor.state().quotas().get(0).available()).isEqualTo(500);
	}

	@Test
	void callsThatWereSentAfterTheReportedOneAreSubtracted() {
		this.governor = governor(true, 1000, MINUTE, List.of());
		GovernedCall first = call(100).join();
		call(50);
		first.report(remaining(10_000, 9000), true);
		double factor = this.governor.state().quotas().get(0).factor();
		assertThat(this.governor.state().quotas().get(0).available()).isEqualTo(Math.round(9000 - 50 * factor));
	}

	@Test
	void aProviderThatReportsALargerLimitLeavesTheApplicationsOwn() {
		this.governor = governor(true, 1000, MINUTE, List.of(new ConfiguredQuota(Dimension.TOKENS, 1000, MINUTE)));
		call(100).join().report(remaining(100_000, 99_000), true);
		assertThat(call(900)).isCompleted();
		assertThat(call(100)).isNotDone();
	}

	@Test
	void aProviderThatReportsASmallerLimitIsBelieved() {
		this.governor = governor(true, 1000, MINUTE, List.of(new ConfiguredQuota(Dimension.TOKENS, 100_000, MINUTE)));
		call(100).join().report(remaining(1000, 10), true);
		assertThat(call(100)).isNotDone();
		assertThat(this.governor.state().quotas()).singleElement()
			.satisfies((quota) -> assertThat(quota.limit()).isEqualTo(1000));
	}

	@Test
	void noCallIsRefusedForTheCautionOfTheBeginning() {
		this.governor = governor(true, 1000, MINUTE, List.of());
		call(100).join().report(remaining(6000, 0), true);
		assertThat(this.governor.state().quotas().get(0).factor()).isEqualTo(4);
		CompletableFuture<GovernedCall> waiting = call(
				new CallRequest(new CallCost(3000, 0), MINUTE, 0, false, Caller.UNBOUNDED));
		assertThat(waiting).isNotDone();
	}

	@Test
	void aReportWithoutAWindowBelongsToTheKnownLimit() {
		this.governor = governor(true, 1000, MINUTE, List.of());
		call(100).join().report(withoutWindow(10_000), true);
		call(100).join()
			.report(new ProviderSnapshot(
					List.of(new Quota(Dimension.TOKENS, 10_000, 9000, null, Duration.ofDays(1), Refill.CONTINUOUS)),
					null, 0), true);
		call(100).join().report(withoutWindow(8000), true);
		assertThat(this.governor.state().quotas()).singleElement()
			.satisfies((quota) -> assertThat(quota.window()).isEqualTo(Duration.ofDays(1)))
			.satisfies((quota) -> assertThat(quota.remaining()).isEqualTo(8000));
	}

	private static ProviderSnapshot withoutWindow(long remaining) {
		return new ProviderSnapshot(
				List.of(new Quota(Dimension.TOKENS, 10_000, remaining, null, null, Refill.CONTINUOUS)), null, 0);
	}

	@Test
	void aRefusalWithoutReportsCutsTheConfiguredRate() {
		this.governor = configured(60, 1_000_000);
		throttle(call(1).join(), Duration.ofSeconds(1));
		assertThat(this.governor.state().phase()).isEqualTo(Phase.THROTTLED);
		this.time.advance(Duration.ofSeconds(2));
		GovernorState state = this.governor.state();
		assertThat(state.phase()).isEqualTo(Phase.RECOVERING);
		assertThat(state.reason()).isEqualTo("70% of the configured rate");
		assertThat(state.quotas().get(0).perSecond()).isBetween(0.7, 0.71);
		this.time.advance(Duration.ofMinutes(3));
		assertThat(this.governor.state().phase()).isEqualTo(Phase.NORMAL);
	}

	@Test
	void theRateRecoversAfterARefusalByTheShortestConfiguredWindow() {
		this.governor = governor(false, 1000, MINUTE,
				List.of(new ConfiguredQuota(Dimension.REQUESTS, 5000, Duration.ofDays(1)),
						new ConfiguredQuota(Dimension.TOKENS, 250_000, MINUTE)));
		throttle(call(1).join(), Duration.ofSeconds(1));
		assertThat(this.governor.state().quotas().get(1).perSecond()).isBetween(2916.0, 2920.0);
		this.time.advance(Duration.ofMinutes(2));
		assertThat(this.governor.state().phase()).isEqualTo(Phase.RECOVERING);
		this.time.advance(Duration.ofMinutes(1).plusSeconds(1));
		assertThat(this.governor.state().phase()).isEqualTo(Phase.NORMAL);
	}

	@Test
	void refusalsOfCallsThatWereSentBeforeTheCutDoNotCutAgain() {
		this.governor = configured(60, 1_000_000);
		this.time.advance(Duration.ofMillis(1));
		List<GovernedCall> calls = List.of(call(1).join(), call(1).join(), call(1).join());
		calls.forEach((call) -> throttle(call, Duration.ZERO));
		assertThat(this.governor.state().reason()).isEqualTo("70% of the configured rate");
	}

	@Test
	void whatACallUsedReplacesItsEstimate() {
		GovernedCall call = call(1000).join();
		call.close(new CallCost(400, 0));
		assertThat(this.governor.state().quotas().get(1).available()).isEqualTo(600);
		call.close(new CallCost(0, 0));
		assertThat(this.governor.state().quotas().get(1).available()).isEqualTo(600);
	}

	@Test
	void aCallThatWasNotSentIsNotCharged() {
		call(1000).join().notSent();
		assertThat(call(1000)).isCompleted();
	}

	@Test
	void noMoreCallsAreInFlightThanMayBe() {
		this.governor = governor(new GovernorSettings(List.of(new ConfiguredQuota(Dimension.REQUESTS, 100, MINUTE)),
				false, 2, 10, MINUTE, 0, MINUTE, LimitMode.ENFORCE));
		GovernedCall first = call(1).join();
		call(1);
		CompletableFuture<GovernedCall> third = call(1);
		assertThat(third).isNotDone();
		first.close();
		assertThat(third).isCompleted();
	}

	@Test
	void shadowModeCountsAndDelaysNothing() {
		this.governor = governor(new GovernorSettings(List.of(new ConfiguredQuota(Dimension.REQUESTS, 1, MINUTE)),
				false, 1, 10, MINUTE, 0, MINUTE, LimitMode.SHADOW));
		assertThat(call(1)).isCompleted();
		assertThat(call(1)).isCompleted();
		assertThat(this.governor.state().inFlight()).isEqualTo(2);
		assertThat(this.governor.state().quotas().get(0).available()).isEqualTo(-1);
	}

	@Test
	void theReserveIsNeverSpentButALimitOfOneCanBe() {
		this.governor = governor(new GovernorSettings(
				List.of(new ConfiguredQuota(Dimension.TOKENS, 1000, MINUTE),
						new ConfiguredQuota(Dimension.REQUESTS, 10, MINUTE)),
				false, 100, 10, MINUTE, 0.1, MINUTE, LimitMode.ENFORCE));
		call(900);
		assertThat(call(1)).isNotDone();
		this.governor = governor(new GovernorSettings(List.of(new ConfiguredQuota(Dimension.REQUESTS, 1, MINUTE)),
				false, 100, 10, MINUTE, 0.1, MINUTE, LimitMode.ENFORCE));
		assertThat(call(1)).isCompleted();
	}

	@Test
	void anOverloadedProviderIsSentFewerCallsAtOnce() {
		this.governor = governor(false, 1000, MINUTE, List.of(new ConfiguredQuota(Dimension.REQUESTS, 1000, MINUTE)));
		this.time.advance(Duration.ofMillis(1));
		GovernedCall call = call(1).join();
		call.report(
				new ProviderSnapshot(List.of(), new Throttle(Kind.OVERLOADED, Duration.ZERO, null, "overloaded"), 0),
				false);
		call.close();
		assertThat(this.governor.state().reason()).contains("overloaded").contains("2 calls in flight");
		assertThat(call(1)).isCompleted();
		assertThat(call(1)).isCompleted();
		assertThat(call(1)).isNotDone();
	}

	@Test
	void anOverloadedProviderIsSentFewerCallsAtOnceThanBeforeHoweverManyItHasServed() {
		this.governor = governor(false, 1000, MINUTE, List.of(new ConfiguredQuota(Dimension.REQUESTS, 1000, MINUTE)));
		for (int i = 0; i < 200; i++) {
			GovernedCall served = call(1).join();
			served.report(ProviderSnapshot.EMPTY, true);
			served.close();
		}
		this.time.advance(Duration.ofMillis(1));
		List<GovernedCall> inFlight = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			inFlight.add(call(1).join());
		}
		inFlight.get(0)
			.report(new ProviderSnapshot(List.of(), new Throttle(Kind.OVERLOADED, Duration.ZERO, null, "overloaded"),
					0), false);
		inFlight.forEach(GovernedCall::close);
		for (int i = 0; i < 14; i++) {
			assertThat(call(1)).isCompleted();
		}
		assertThat(call(1)).isNotDone();
	}

	@Test
	void aGovernorWithoutCallsIsIdle() {
		assertThat(this.governor.isIdle()).isTrue();
		GovernedCall call = call(1).join();
		assertThat(this.governor.isIdle()).isFalse();
		call.close();
		assertThat(this.governor.isIdle()).isTrue();
	}

	@Test
	void aBlockingCallThrowsTheRefusal() {
		call(1000);
		CallRefusedException refused = catchThrowableOfType(CallRefusedException.class,
				() -> this.governor.acquire(CallRequest.of(new CallCost(1000, 0), Duration.ofSeconds(1))));
		assertThat(refused.client()).isEqualTo("openai");
		assertThat(refused.retryAfter()).isEqualTo(MINUTE);
	}

}
