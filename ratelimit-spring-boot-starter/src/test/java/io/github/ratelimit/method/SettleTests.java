package io.github.ratelimit.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.ratelimit.Key;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.memory.MemoryStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A method reports its cost, and its slots are released when it ends. */
class SettleTests {

	private static final long BUDGET = 100;

	private static final long RESERVED = 10;

	private AnnotationConfigApplicationContext context;

	private Model model;

	private BoundRequest request;

	@BeforeEach
	void start() {
		this.context = LimiterConfiguration.start(Model.class);
		this.model = this.context.getBean(Model.class);
		this.request = this.context.getBean(BoundRequest.class);
	}

	@AfterEach
	void stop() {
		this.request.unbind();
		this.context.close();
	}

	@Test
	void aResultReportsTheCostOfTheCall() {
		assertThat(this.model.ask(new Answer(new Usage(3L)))).isNotNull();
		assertThat(paid()).isEqualTo(3);
		this.model.ask(new Answer(new Usage(25L)));
		assertThat(paid()).isEqualTo(28);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -5 })
	void aResultWithoutUsagePaysTheReservation(long none) {
		Answer answer = new Answer(new Usage(none));
		this.model.ask(answer);
		assertThat(paid()).isEqualTo(RESERVED);
		this.model.later(CompletableFuture.completedFuture(answer));
		assertThat(paid()).isEqualTo(2 * RESERVED);
		this.model.single(Mono.just(answer)).block();
		assertThat(paid()).isEqualTo(3 * RESERVED);
		this.model.stream(Flux.just(answer, answer)).blockLast();
		assertThat(paid()).isEqualTo(4 * RESERVED);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -5 })
	void aLaterElementWithoutUsageDoesNotReplaceAKnownUsage(long none) {
		this.model.stream(Flux.just(new Answer(new Usage(40L)), new Answer(new Usage(none)))).blockLast();
		assertThat(paid()).isEqualTo(40);
	}

	@Test
	void codeCanStateThatACallCostNothing() {
		BoundRequest.Request bound = this.request.bind("alice");
		this.model.plain();
		assertThat(paid("alice")).isEqualTo(RESERVED);
		assertThat(bound.permit().settle(0)).isTrue();
		bound.complete(200);
		assertThat(paid("alice")).isZero();
	}

	@Test
	void anUnknownUsagePaysTheReservation() {
		this.model.ask(null);
		assertThat(paid()).isEqualTo(RESERVED);
		this.model.ask(new Answer(null));
		assertThat(paid()).isEqualTo(2 * RESERVED);
		this.model.ask(new Answer(new Usage(null)));
		assertThat(paid()).isEqualTo(3 * RESERVED);
	}

	@Test
	void aCallThatThrowsCostsNothing() {
		assertThatIllegalStateException().isThrownBy(() -> this.model.fail());
		assertThat(paid()).isZero();
	}

	@Test
	void aFutureReportsItsCostWhenItIsComplete() {
		CompletableFuture<Answer> answer = new CompletableFuture<>();
		CompletionStage<Answer> told = this.model.later(answer);
		assertThat(paid()).isEqualTo(RESERVED);
		answer.complete(new Answer(new Usage(4L)));
		assertThat(told.toCompletableFuture()).isCompleted();
		assertThat(paid()).isEqualTo(4);
		this.model.later(CompletableFuture.failedFuture(new IllegalStateException("failed")));
		assertThat(paid()).isEqualTo(4);
	}

	@Test
	void cancellingTheFutureCancelsTheWork() {
		CompletableFuture<Answer> answer = new CompletableFuture<>();
		this.model.later(answer).toCompletableFuture().cancel(true);
		assertThat(answer).isCancelled();
	}

	@Test
	void anAbandonedFuturePaysTheReservation() {
		this.model.later(new CompletableFuture<>()).toCompletableFuture().cancel(true);
		assertThat(paid()).isEqualTo(RESERVED);
		CompletableFuture<Answer> slow = new CompletableFuture<>();
		this.model.later(slow);
		slow.completeExceptionally(new CompletionException(new TimeoutException()));
		assertThat(paid()).isEqualTo(2 * RESERVED);
	}

	@Test
	void aCallOfAnEndedRequestReturnsItsResultAndHoldsNothing() {
		this.request.bind("alice").recycled();
		for (int i = 0; i < 3; i++) {
			assertThat(this.model.one("done")).isEqualTo("done");
			assertThatIllegalStateException().isThrownBy(() -> this.model.one(null)).withMessage("failed");
			assertThat(this.model.oneLater(CompletableFuture.completedFuture("later"))).isCompletedWithValue("later");
		}
	}

	@Test
	void theLastElementOfAFluxWithAUsageReportsItsCost() {
		this.model.stream(Flux.just(new Answer(null), new Answer(new Usage(2L)), new Answer(new Usage(6L))))
			.blockLast();
		assertThat(paid()).isEqualTo(6);
	}

	@Test
	void aCancelledFluxPaysTheLastUsage() {
		Sinks.Many<Answer> sink = Sinks.many().unicast().onBackpressureBuffer();
		Disposable subscription = this.model.stream(sink.asFlux()).subscribe();
		sink.tryEmitNext(new Answer(new Usage(7L)));
		assertThat(paid()).isEqualTo(RESERVED);
		subscription.dispose();
		assertThat(paid()).isEqualTo(7);
	}

	@Test
	void aFluxThatIsCancelledBeforeAUsagePaysTheReservation() {
		Sinks.Many<Answer> sink = Sinks.many().unicast().onBackpressureBuffer();
		this.model.stream(sink.asFlux()).subscribe().dispose();
		assertThat(paid()).isEqualTo(RESERVED);
	}

	@Test
	void aPublisherThatTimesOutPaysTheReservation() {
		this.model.stream(Flux.error(new TimeoutException())).subscribe((answer) -> {
		}, (failure) -> {
		});
		assertThat(paid()).isEqualTo(RESERVED);
		this.model.single(Mono.error(new TimeoutException())).subscribe((answer) -> {
		}, (failure) -> {
		});
		assertThat(paid()).isEqualTo(2 * RESERVED);
	}

	@Test
	void aFluxThatFailsMidwayPaysForWhatItDelivered() {
		Flux<Answer> broken = Flux.error(new IllegalStateException("broken"));
		assertThatIllegalStateException().isThrownBy(() -> this.model.stream(broken).blockLast());
		assertThat(paid()).isZero();
		assertThatIllegalStateException()
			.isThrownBy(() -> this.model.stream(broken.startWith(new Answer(null))).blockLast());
		assertThat(paid()).isEqualTo(RESERVED);
	}

	@Test
	void aMonoReportsItsCostByItsValue() {
		this.model.single(Mono.just(new Answer(new Usage(8L)))).block();
		assertThat(paid()).isEqualTo(8);
		this.model.single(Mono.empty()).block();
		assertThat(paid()).isEqualTo(8 + RESERVED);
	}

	@Test
	void aSlotIsReleasedWhenTheCallEnds() {
		for (int i = 0; i < 3; i++) {
			assertThat(this.model.one("sync")).isEqualTo("sync");
			assertThatIllegalStateException().isThrownBy(() -> this.model.one(null));
		}
		CompletableFuture<String> running = new CompletableFuture<>();
		CompletableFuture<String> told = this.model.oneLater(running);
		assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(() -> this.model.one("second"));
		running.complete("done");
		assertThat(told).isCompletedWithValue("done");
		assertThat(this.model.one("third")).isEqualTo("third");
		Disposable streaming = this.model.oneStream(Flux.never()).subscribe();
		assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(() -> this.model.one("fourth"));
		streaming.dispose();
		assertThat(this.model.one("fifth")).isEqualTo("fifth");
	}

	@Test
	void theReservationsOfTheRequestAndOfTheMethodAreSettledTogether() {
		BoundRequest.Request bound = this.request.bind("alice");
		bound.charged(this.context, "tokens", RESERVED);
		this.model.dear(new Answer(new Usage(5L)));
		assertThat(paid("alice")).isEqualTo(5);
		bound.charged(this.context, "tokens", RESERVED);
		this.model.dear(new Answer(new Usage(45L)));
		assertThat(paid("alice")).isEqualTo(50);
		bound.complete(200);
		assertThat(paid("alice")).isEqualTo(50);
	}

	@Test
	void aRequestSettlesWhatItsCallsHaveNotSettled() {
		BoundRequest.Request bound = this.request.bind("alice");
		this.model.plain();
		this.model.plain();
		assertThat(bound.permit().settle(7)).isTrue();
		assertThat(bound.permit().settle(9)).isFalse();
		assertThat(paid("alice")).isEqualTo(7);
	}

	private long paid() {
		LimitRegistry registry = this.context.getBean(LimitRegistry.class);
		return BUDGET - this.context.getBean(MemoryStore.class)
			.find(Handles.of(registry.get("budget").limit()), Key.GLOBAL)
			.map(KeyState::remaining)
			.orElse(BUDGET);
	}

	private long paid(String key) {
		LimitRegistry registry = this.context.getBean(LimitRegistry.class);
		return BUDGET - this.context.getBean(MemoryStore.class)
			.find(Handles.of(registry.get("tokens").limit()), Key.of(key))
			.map(KeyState::remaining)
			.orElse(BUDGET);
	}

	record Usage(@Nullable Long tokens) {

	}

	record Answer(@Nullable Usage usage) {

	}

	static class Model {

		@RateLimited(value = "budget", settle = "#result.usage.tokens")
		public @Nullable Answer ask(@Nullable Answer answer) {
			return answer;
		}

		@RateLimited(value = "budget", settle = "#result.usage.tokens")
		public Answer fail() {
			throw new IllegalStateException("failed");
		}

		@RateLimited(value = "budget", settle = "#result.usage.tokens")
		public CompletionStage<Answer> later(CompletableFuture<Answer> answer) {
			return answer;
		}

		@RateLimited(value = "budget", settle = "#result.usage?.tokens")
		public Flux<Answer> stream(Flux<Answer> answers) {
			return answers;
		}

		@RateLimited(value = "budget", settle = "#result.usage.tokens")
		public Mono<Answer> single(Mono<Answer> answer) {
			return answer;
		}

		@RateLimited("one")
		public String one(@Nullable String value) {
			if (value == null) {
				throw new IllegalStateException("failed");
			}
			return value;
		}

		@RateLimited("one")
		public CompletableFuture<String> oneLater(CompletableFuture<String> value) {
			return value;
		}

		@RateLimited("one")
		public Flux<String> oneStream(Flux<String> values) {
			return values;
		}

		@RateLimited(value = "tokens", cost = "#answer != null ? 30 : 0", settle = "#result.usage.tokens")
		public Answer dear(Answer answer) {
			return answer;
		}

		@RateLimited("tokens")
		public void plain() {
		}

	}

}
