package io.github.ratelimit.governor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.dialect.Quota;
import io.github.ratelimit.provider.dialect.Refill;
import io.github.ratelimit.provider.dialect.Throttle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When fixed windows end whose end no report tells. */
class FixedWindowEndTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final ManualTime time = new ManualTime();

	private Governor governor = governor(0);

	private Governor governor(double reserve) {
		GovernorSettings settings = new GovernorSettings(List.of(), true, Integer.MAX_VALUE, 1000,
				MINUTE.multipliedBy(5), reserve, MINUTE, LimitMode.ENFORCE);
		return new Governor("mistral", Key.GLOBAL, settings, () -> false, (dimension) -> MINUTE, this.time,
				Runnable::run, null);
	}

	private CompletableFuture<GovernedCall> call() {
		return call(10);
	}

	private CompletableFuture<GovernedCall> call(long tokens) {
		return this.governor
			.acquireAsync(new CallRequest(new CallCost(tokens, 0), MINUTE.multipliedBy(5), 0, false, Caller.UNBOUNDED));
	}

	private void report(GovernedCall call, long remaining) {
		report(call, remaining, null);
	}

	private void report(GovernedCall call, long remaining, @Nullable Duration untilEnd) {
		call.report(new ProviderSnapshot(
				List.of(new Quota(Dimension.TOKENS, 1000, remaining, untilEnd, MINUTE, Refill.FIXED_WINDOW)), null, 0),
				true);
	}

	private void passTo(double seconds) {
		this.time.advance(Duration.ofMillis((long) (1000 * seconds)).minusNanos(this.time.nanoTime()));
	}

	private long available() {
		return this.governor.state().quotas().get(0).available();
	}

	@Test
	void aReportThatComesLateNarrowsDownWhenAWindowEnds() {
		passTo(50);
		report(call().join(), 300);
		passTo(61);
		GovernedCall slow = call().join();
		passTo(70);
		report(call().join(), 900);
		report(slow, 950);
		passTo(121.7);
		assertThat(available()).isEqualTo(900);
		passTo(121.8);
		assertThat(available()).as("61 s + the time on the way + a window + a margin").isEqualTo(1000);
	}

	@Test
	void aReportOfTheOldWindowThatComesLateIsNotOneOfTheNew() {
		passTo(50);
		report(call().join(), 300);
		passTo(59);
		GovernedCall slow = call().join();
		passTo(62);
		report(call().join(), 950);
		report(slow, 250);
		passTo(65);
		report(call().join(), 900);
		passTo(122);
		assertThat(available()).isEqualTo(900);
		passTo(122.3);
		assertThat(available()).isEqualTo(1000);
	}

	@Test
	void theEndThatACallOfANewWindowReportsIsBelievedThoughWindowsAreShorterThanExpected() {
		report(call().join(), 400, Duration.ofSeconds(10));
		passTo(10.3);
		assertThat(available()).isEqualTo(1000);
		report(call().join(), 10, Duration.ofMillis(9700));
		assertThat(available()).isEqualTo(10);
		passTo(20.3);
		assertThat(available()).as("the end that was reported, and not a multiple of a minute").isEqualTo(1000);
		assertThat(call(500)).isCompleted();
		passTo(30.3);
		assertThat(available()).as("the next end, though it was not reported").isEqualTo(1000);
	}

	@Test
	void reportsOfTheOldWindowThatComeLateAreNotChargedToTheNew() {
		passTo(50);
		report(call().join(), 500, Duration.ofSeconds(10));
		passTo(59.2);
		GovernedCall before = call().join();
		passTo(59.5);
		report(call().join(), 400, Duration.ofMillis(500));
		passTo(59.6);
		GovernedCall after = call().join();
		passTo(61);
		assertThat(available()).isEqualTo(1000);
		report(before, 390, null);
		assertThat(available()).as("sent before the call that has reported last").isEqualTo(1000);
		report(after, 380, null);
		assertThat(available()).as("sent after it").isEqualTo(1000);
	}

	@Test
	void callsOfWhichTheLaterOneWasTakenFirstShowNoEndOfAWindow() {
		report(call().join(), 800);
		passTo(40);
		GovernedCall earlier = call().join();
		passTo(40.1);
		GovernedCall later = call().join();
		report(earlier, 100);
		report(later, 400);
		passTo(60.4);
		assertThat(available()).as("the window of the first report is over").isEqualTo(1000);
	}

	@Test
	void callsThatWereSentSoonAfterEachOtherNarrowDownAKnownEnd() {
		passTo(50);
		report(call().join(), 300);
		passTo(61);
		report(call().join(), 990);
		passTo(119.9);
		CompletableFuture<GovernedCall> before = call(1);
		passTo(120.1);
		CompletableFuture<GovernedCall> after = call(1);
		assertThat(before).isCompleted();
		assertThat(after).isCompleted();
		report(before.join(), 300);
		passTo(120.2);
		report(after.join(), 990);
		passTo(120.4);
		assertThat(available()).isEqualTo(990);
		passTo(120.5);
		assertThat(available()).as("120.2 s + a margin, and not 121 s").isGreaterThan(990);
	}

	@Test
	void aWindowIsOverAWindowAfterItsFirstReport() {
		report(call().join(), 500);
		passTo(40);
		report(call().join(), 100);
		passTo(60.2);
		assertThat(available()).isEqualTo(100);
		passTo(60.3);
		assertThat(available()).isEqualTo(1000);
	}

	@Test
	void aReportOfALittleMoreShowsThatAnotherWindowHasBegun() {
		report(call().join(), 500);
		passTo(40);
		report(call().join(), 600);
		passTo(61);
		assertThat(available()).as("the window of the last report ends at 100 s at the latest").isEqualTo(600);
	}

	@Test
	void callsOutOfTheReserveAreSpreadOverTheRestOfTheWindow() {
		this.governor = governor(0.1);
		report(call().join(), 110);
		CompletableFuture<GovernedCall> first = call();
		CompletableFuture<GovernedCall> second = call();
		passTo(20);
		assertThat(first).isNotDone();
		passTo(45);
		assertThat(first).isCompleted();
		assertThat(second).isNotDone();
		passTo(60);
		assertThat(second).as("sent before the window ends").isCompleted();
	}

	@Test
	void aCallLooksForTheNextWindowWhenReportsAreTooOldToTellItsBeginning() {
		this.governor = governor(0.1);
		report(call().join(), 500);
		passTo(20);
		report(call().join(), 30);
		CompletableFuture<GovernedCall> next = call();
		passTo(60.2);
		assertThat(next).isNotDone();
		passTo(60.3);
		assertThat(next).isCompleted();
	}

	@Test
	void aRefusalShowsThatMoreIsChargedThanWasExpected() {
		report(call().join(), 500);
		double before = this.governor.state().quotas().get(0).factor();
		Throttle throttle = new Throttle(Throttle.Kind.RATE_LIMITED, Duration.ofSeconds(1), Dimension.TOKENS, "429");
		call().join().report(new ProviderSnapshot(List.of(), throttle, 0), false);
		assertThat(this.governor.state().quotas().get(0).factor()).isEqualTo(1.25 * before);
	}

}
