package io.github.ratelimit.governor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.Key;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.provider.dialect.Dimension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which calls hold the threads of their callers, and until when. */
class WaitingCallersTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final ManualTime time = new ManualTime();

	private final AtomicInteger held = new AtomicInteger();

	private final AtomicInteger asked = new AtomicInteger();

	private boolean off;

	private final Governor governor = new Governor("openai", Key.GLOBAL,
			new GovernorSettings(List.of(new ConfiguredQuota(Dimension.REQUESTS, 1, MINUTE)), false, Integer.MAX_VALUE,
					2, MINUTE, 0, MINUTE, LimitMode.ENFORCE),
			() -> this.off, (dimension) -> MINUTE, this.time, Runnable::run, null);

	@Test
	void aCallThatIsSentAtOnceHoldsNoThread() {
		assertThat(call(MINUTE)).isCompleted();
		assertThat(this.asked).hasValue(0);
	}

	@Test
	void aQueuedCallHoldsItsThreadUntilItIsSent() {
		call(MINUTE);
		CompletableFuture<GovernedCall> queued = call(MINUTE);
		assertThat(this.held).hasValue(1);
		this.time.advance(MINUTE);
		assertThat(queued).isCompleted();
		assertThat(this.held).hasValue(0);
		queued.join().close();
		assertThat(this.held).as("once").hasValue(0);
	}

	@Test
	void allThreadsAreGivenBackWhenLimitsAreSwitchedOff() {
		call(MINUTE);
		call(MINUTE);
		call(MINUTE.multipliedBy(2));
		assertThat(this.held).hasValue(2);
		this.off = true;
		this.governor.lookAgain();
		assertThat(this.held).hasValue(0);
	}

	@Test
	void aCancelledCallGivesItsThreadBack() {
		call(MINUTE);
		CompletableFuture<GovernedCall> queued = call(MINUTE);
		assertThat(this.held).hasValue(1);
		queued.cancel(false);
		assertThat(this.held).hasValue(0);
		this.time.advance(MINUTE);
		assertThat(this.held).as("once").hasValue(0);
	}

	@Test
	void aCallWhoseWaitEndsGivesItsThreadBack() {
		GovernedCall first = call(MINUTE).join();
		CompletableFuture<GovernedCall> queued = call(MINUTE);
		first.close(new CallCost(0, 0));
		this.governor.acquireAsync(new CallRequest(CallCost.REQUEST, MINUTE, 1, false, Caller.UNBOUNDED));
		assertThat(this.held).hasValue(1);
		this.time.advance(MINUTE);
		assertThat(refused(queued).reason()).isEqualTo(Reason.WAIT_TOO_LONG);
		assertThat(this.held).hasValue(0);
	}

	@Test
	void anInterruptedCallGivesItsThreadBack() throws InterruptedException {
		call(MINUTE);
		CompletableFuture<Throwable> failure = new CompletableFuture<>();
		Thread caller = new Thread(
				() -> failure.complete(catchThrowable(() -> this.governor.acquire(request(MINUTE, this::hold)))));
		caller.start();
		await().until(() -> this.held.get() == 1);
		caller.interrupt();
		caller.join();
		assertThat(failure.join()).isInstanceOf(CallRefusedException.class);
		assertThat(this.held).hasValue(0);
	}

	@Test
	void aCallThatIsNotQueuedForAnotherReasonHoldsNoThread() {
		call(MINUTE);
		assertThat(refused(call(MINUTE.minusSeconds(1))).reason()).isEqualTo(Reason.WAIT_TOO_LONG);
		call(MINUTE);
		call(MINUTE.multipliedBy(2));
		assertThat(refused(call(MINUTE.multipliedBy(3))).reason()).isEqualTo(Reason.QUEUE_FULL);
		assertThat(this.held).hasValue(2);
		assertThat(this.asked).hasValue(2);
	}

	@Test
	void aCallForWhichNoThreadIsLeftIsRefusedAtOnceWithItsWait() {
		call(MINUTE);
		CallRefusedException refused = refused(this.governor.acquireAsync(request(MINUTE, () -> null)));
		assertThat(refused.reason()).isEqualTo(Reason.THREADS_HELD);
		assertThat(refused.retryAfter()).isEqualTo(MINUTE);
		assertThat(refused).hasMessageContaining("openai")
			.hasMessageContaining("as many request threads as they may")
			.hasMessageContaining("60 s")
			.hasMessageContaining("spring.threads.virtual.enabled")
			.hasMessageContaining("WebClient");
		assertThat(this.governor.state().waiting()).isZero();
		assertThat(call(MINUTE)).as("the refused call takes no place in the queue").isNotDone();
		this.time.advance(MINUTE);
		assertThat(this.governor.state().waiting()).isZero();
	}

	private CompletableFuture<GovernedCall> call(Duration maxWait) {
		return this.governor.acquireAsync(request(maxWait, this::hold));
	}

	private static CallRequest request(Duration maxWait, Caller caller) {
		return new CallRequest(CallCost.REQUEST, maxWait, 0, false, caller);
	}

	private @Nullable Runnable hold() {
		this.asked.incrementAndGet();
		this.held.incrementAndGet();
		return this.held::decrementAndGet;
	}

	private static CallRefusedException refused(CompletableFuture<GovernedCall> call) {
		assertThat(call).isCompletedExceptionally();
		return (CallRefusedException) catchThrowableOfType(CompletionException.class, call::join).getCause();
	}

}
