package io.github.ratelimit.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.registry.LimitRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.Advised;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

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

	@Test
	void aMethodThatThrowsIsCalledOnce() {
		assertThatIllegalStateException().isThrownBy(() -> this.model.fail()).withMessage("failed");
		assertThat(this.model.calls()).isEqualTo(1);
	}

	@Test
	void aMethodWithMissingClassesIsCalledOnce() {
		assertThatExceptionOfType(NoClassDefFoundError.class).isThrownBy(() -> this.model.failToLink());
		assertThat(this.model.calls()).isEqualTo(1);
	}

	@Test
	void aRefusalWithinTheMethodIsItsOwnFailure() {
		assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(() -> this.model.refuse())
			.isSameAs(Model.REFUSAL);
		assertThat(this.model.calls()).isEqualTo(1);
	}

	@Test
	void aRefusedMethodIsNotCalledIfItsFallbackThrows() {
		Limit shortQueue = Limit.named("paced").rates(Rate.parse("1/s")).maxWait(Duration.ofSeconds(2), 1).build();
		this.context.getBean(LimitRegistry.class).get("paced").change((settings) -> settings.withLimit(shortQueue));
		this.model.askWithFallback("first");
		this.model.askWithFallback("waits");
		assertThatIllegalStateException().isThrownBy(() -> this.model.askWithFallback("refused"))
			.withMessage("nothing cached");
		assertThat(this.model.calls()).isEqualTo(1);
	}

	@Test
	void aMethodIsNotCalledIfAnInterceptorBehindTheLimitDenies() {
		((Advised) this.model).addAdvice((MethodInterceptor) (invocation) -> {
			if (invocation.getMethod().getName().equals("ask")) {
				throw new IllegalStateException("denied");
			}
			return invocation.proceed();
		});
		assertThatIllegalStateException().isThrownBy(() -> this.model.ask("first")).withMessage("denied");
		assertThat(this.model.calls()).isZero();
	}

	static class Model {

		private static final RateLimitExceededException REFUSAL = new RateLimitExceededException(Decision.unlimited());

		private final AtomicInteger calls = new AtomicInteger();

		public int calls() {
			return this.calls.get();
		}

		@RateLimited("paced")
		public CompletableFuture<String> ask(String question) {
			this.calls.incrementAndGet();
			return CompletableFuture.completedFuture(question);
		}

		@RateLimited("paced")
		public CompletableFuture<String> fail() {
			this.calls.incrementAndGet();
			throw new IllegalStateException("failed");
		}

		@RateLimited("paced")
		public CompletableFuture<String> failToLink() {
			this.calls.incrementAndGet();
			throw new NoClassDefFoundError("com/acme/Driver");
		}

		@RateLimited("paced")
		public CompletableFuture<String> refuse() {
			this.calls.incrementAndGet();
			throw REFUSAL;
		}

		@RateLimited(value = "paced", fallback = "cached")
		public CompletableFuture<String> askWithFallback(String question) {
			this.calls.incrementAndGet();
			return CompletableFuture.completedFuture(question);
		}

		CompletableFuture<String> cached(String question) {
			throw new IllegalStateException("nothing cached");
		}

	}

}
