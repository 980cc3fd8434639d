package io.github.ratelimit.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.http.ResponseEntity;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** How asynchronous methods report a refusal. */
class FutureTests {

	private AnnotationConfigApplicationContext context;

	private Model model;

	@BeforeEach
	void start() {
		this.context = LimiterConfiguration.start(Model.class);
		this.model = this.context.getBean(Model.class);
	}

	@AfterEach
	void stop() {
		this.context.close();
	}

	@Test
	void aRefusedCompletableFutureFails() {
		useUp();
		assertThat(this.model.completable()).isCompletedExceptionally();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.model.completable().get())
			.withCauseInstanceOf(RateLimitExceededException.class);
	}

	@Test
	void aRefusedCompletionStageFails() {
		useUp();
		assertThat(this.model.stage().toCompletableFuture()).isCompletedExceptionally();
	}

	@Test
	void aRefusedFutureFails() {
		useUp();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.model.future().get())
			.withCauseInstanceOf(RateLimitExceededException.class);
	}

	@Test
	void aFutureWithoutAKeyFails() {
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.model.keyed(null).get())
			.withCauseInstanceOf(MissingKeyException.class);
	}

	@Test
	void aFutureOfAnotherKindThrows() {
		useUp();
		assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(() -> this.model.task());
	}

	@Test
	void aPublisherThrows() {
		useUp();
		assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(() -> this.model.publisher());
	}

	@Test
	void inMvcARefusedFutureIsHandledLikeAnyRefusal() {
		try (AnnotationConfigApplicationContext web = LimiterConfiguration.start(Model.class, Controller.class)) {
			MockMvcTester mvc = MockMvcTester.of(List.of(web.getBean(Controller.class)),
					(builder) -> builder.setControllerAdvice(new Handler()).build());
			for (int i = 0; i < 3; i++) {
				assertThat(mvc.get().uri("/later")).hasStatus(200).hasBodyTextEqualTo("later");
			}
			assertThat(mvc.get().uri("/later")).hasStatus(429).hasBodyTextEqualTo("handled");
			assertThat(mvc.get().uri("/now")).hasStatus(429).hasBodyTextEqualTo("handled");
		}
	}

	private void useUp() {
		for (int i = 0; i < 3; i++) {
			assertThat(this.model.completable()).isCompletedWithValue("answer");
		}
	}

	static class Model {

		@RateLimited("everyone")
		public CompletableFuture<String> completable() {
			return CompletableFuture.completedFuture("answer");
		}

		@RateLimited("everyone")
		public CompletionStage<String> stage() {
			return CompletableFuture.completedStage("answer");
		}

		@RateLimited("everyone")
		public Future<String> future() {
			return CompletableFuture.completedFuture("answer");
		}

		@RateLimited(value = "chat", key = "#key")
		public CompletableFuture<String> keyed(String key) {
			return CompletableFuture.completedFuture("answer");
		}

		@RateLimited("everyone")
		public FutureTask<String> task() {
			return new FutureTask<>(() -> "answer");
		}

		@RateLimited("everyone")
		public Flow.Publisher<String> publisher() {
			return (subscriber) -> {
			};
		}

	}

	@RestController
	static class Controller {

		@GetMapping("/later")
		@RateLimited("everyone")
		public CompletableFuture<String> later() {
			return CompletableFuture.completedFuture("later");
		}

		@GetMapping("/now")
		@RateLimited("everyone")
		public String now() {
			return "now";
		}

	}

	@ControllerAdvice
	static class Handler {

		@ExceptionHandler
		ResponseEntity<String> handle(RateLimitExceededException refusal) {
			return ResponseEntity.status(429).body("handled");
		}

	}

}
