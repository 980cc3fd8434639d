package io.github.ratelimit.method;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A method that returns a future waits for its permits without holding its caller. */
class WaitingFutureTests {

	private AnnotationConfigApplicationContext context;

	private Model model;

	private ManualTime time;

	@BeforeEach
	void start() {
		this.context = LimiterConfiguration.start(Model.class);
		this.model = this.context.getBean(Model.class);
		this.time = this.context.getBean(ManualTime.class);
	}

	@AfterEach
	void stop() {
		this.context.close();
	}

	@Test
	void theMethodIsCalledWhenItsPermitsAreDue() {
		assertThat(this.model.ask("first")).isCompletedWithValue("first");
		CompletableFuture<String> second = this.model.ask("second");
		assertThat(second).isNotDone();
		assertThat(this.model.calls()).isEqualTo(1);
		this.time.advance(Duration.ofSeconds(1));
		assertThat(second).succeedsWithin(Duration.ofSeconds(5)).isEqualTo("second");
		assertThat(this.model.calls()).isEqualTo(2);
	}

	@Test
	void aCancelledCallGivesItsPermitsBack() {
		this.model.ask("first");
		CompletableFuture<String> second = this.model.ask("second");
		second.cancel(true);
		CompletableFuture<String> third = this.model.ask("third");
		this.time.advance(Duration.ofSeconds(1));
		assertThat(third).succeedsWithin(Duration.ofSeconds(5)).isEqualTo("third");
		assertThat(this.model.calls()).isEqualTo(2);
	}

	@Test
	void aCallThatWouldWaitTooLongIsRefusedAtOnce() {
		for (int i = 0; i < 3; i++) {
			this.model.ask("waiting");
		}
		CompletableFuture<String> refused = this.model.ask("refused");
		await().until(refused::isDone);
		assertThat(refused).failsWithin(Duration.ofSeconds(5))
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(RateLimitExceededException.class);
		assertThat(this.model.calls()).isEqualTo(1);
	}

	static class Model {

		private final AtomicInteger calls = new AtomicInteger();

		public int calls() {
			return this.calls.get();
		}

		@RateLimited("paced")
		public CompletableFuture<String> ask(String question) {
			this.calls.incrementAndGet();
			return CompletableFuture.completedFuture(question);
		}

	}

}
