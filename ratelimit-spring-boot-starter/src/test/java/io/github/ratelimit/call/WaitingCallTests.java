package io.github.ratelimit.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Decision;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A call that waits for its permits without a thread. */
class WaitingCallTests {

	private final CompletableFuture<Decision> deciding = new CompletableFuture<>();

	private final AtomicInteger made = new AtomicInteger();

	private final AtomicInteger notMade = new AtomicInteger();

	@Test
	void isMadeWhenItIsDecided() {
		CompletableFuture<@Nullable Object> result = start(Runnable::run, "answer");
		assertThat(result).isNotDone();
		assertThat(this.made).hasValue(0);

		this.deciding.complete(Decision.unlimited());
		assertThat(result).isCompletedWithValue("answer");
		assertThat(this.notMade).hasValue(0);
	}

	@Test
	void hasTheOutcomeOfTheStageThatItReturns() {
		CompletableFuture<Object> stage = new CompletableFuture<>();
		CompletableFuture<@Nullable Object> result = start(Runnable::run, stage);
		this.deciding.complete(Decision.unlimited());
		assertThat(result).isNotDone();

		IllegalStateException failure = new IllegalStateException("on purpose");
		stage.completeExceptionally(failure);
		assertThat(result).failsWithin(0, TimeUnit.SECONDS).withThrowableThat().withCause(failure);
	}

	@Test
	void isNotMadeWhenItIsCancelledBefore() {
		CompletableFuture<@Nullable Object> result = start(Runnable::run, "answer");
		result.cancel(true);
		assertThat(this.deciding).isCancelled();
		assertThat(this.made).hasValue(0);
		assertThat(this.notMade).hasValue(1);
	}

	@Test
	void cancelsTheStageThatItReturns() {
		CompletableFuture<Object> stage = new CompletableFuture<>();
		CompletableFuture<@Nullable Object> result = start(Runnable::run, stage);
		this.deciding.complete(Decision.unlimited());
		result.cancel(true);
		assertThat(stage).isCancelled();
	}

	@Test
	void failsWhereTheExecutorRefusesIt() {
		CompletableFuture<@Nullable Object> result = start((task) -> {
			throw new RejectedExecutionException("on purpose");
		}, "answer");
		this.deciding.complete(Decision.unlimited());
		assertThat(result).isCompletedExceptionally();
		assertThat(this.made).hasValue(0);
		assertThat(this.notMade).hasValue(1);
	}

	@Test
	void failsAsTheCallFails() {
		CompletableFuture<@Nullable Object> result = WaitingCall.start(this.deciding, Runnable::run, () -> {
			throw new CancellationException("on purpose");
		}, this.notMade::incrementAndGet);
		this.deciding.complete(Decision.unlimited());
		assertThat(result).isCompletedExceptionally();
		assertThat(this.notMade).hasValue(0);
	}

	private CompletableFuture<@Nullable Object> start(Executor executor, Object answer) {
		return WaitingCall.start(this.deciding, executor, () -> {
			this.made.incrementAndGet();
			return answer;
		}, this.notMade::incrementAndGet);
	}

}
