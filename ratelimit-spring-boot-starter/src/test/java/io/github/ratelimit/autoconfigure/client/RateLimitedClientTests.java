package io.github.ratelimit.autoconfigure.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.Key;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.PermitRequest;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitMethodAutoConfiguration;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LocalProvider;
import io.github.ratelimit.client.http.RateLimitClientInterceptor;
import io.github.ratelimit.client.reactive.RateLimitExchangeFilter;
import io.github.ratelimit.governor.GovernorState;
import io.github.ratelimit.provider.dialect.Dimension;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import kotlin.Unit;
import kotlin.coroutines.CoroutineContext;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.DelayKt;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.flow.FlowKt;
import kotlinx.coroutines.reactive.ReactiveFlowKt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Methods and code that share the budgets of a client with its adapters. */
class RateLimitedClientTests {

	private static final String OPENAI = "ratelimit.clients.openai.";

	private static final String REQUEST = "{\"model\":\"gpt-4o\",\"max_tokens\":100,\"messages\":[]}";

	private static final String USAGE = "{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5}}";

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(RateLimitAutoConfiguration.class,
				RateLimitMethodAutoConfiguration.class, RateLimitClientAutoConfiguration.class))
		.withBean(ManualTime.class, () -> this.time)
		.withPropertyValues(OPENAI + "dialect=none", OPENAI + "requests=1000000/d", OPENAI + "tokens=1000000/d",
				OPENAI + "max-wait=1s", OPENAI + "reserve=0%");

	private LocalProvider provider;

	@BeforeEach
	void start() throws IOException {
		this.provider = new LocalProvider(LocalProvider.json(USAGE));
	}

	@AfterEach
	void stop() {
		this.provider.close();
	}

	private void run(Scenario test) {
		this.runner.withBean(Models.class, () -> new Models(this.provider.url()))
			.withPropertyValues(OPENAI + "match=" + this.provider.url() + "/**")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				ClientLimiters clients = context.getBean(ClientLimiters.class);
				Models models = context.getBean(Models.class);
				models.connect(clients);
				test.run(models, clients.get("openai"), context.getBean(RateLimiter.class));
			});
	}

	@Test
	void a_method_takes_permits_of_a_client_and_settles_what_it_used() {
		run((models, client, limiter) -> {
			assertThat(models.ask("gpt-4o", 300)).isEqualTo(300L);
			assertThat(client.accounts()).singleElement()
				.satisfies((account) -> assertThat(account.model()).isEqualTo("gpt-4o"));
			assertThat(spent(client, Dimension.TOKENS)).isEqualTo(150);
			assertThat(spent(client, Dimension.REQUESTS)).isEqualTo(1);
			assertThat(inFlight(client)).isZero();
		});
	}

	@Test
	void a_method_is_refused_with_the_name_of_the_client_and_the_wait() {
		run((models, client, limiter) -> {
			limiter.tryAcquire("openai", "gpt-4o", 1_000_000);
			assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(() -> models.ask("gpt-4o", 100_000))
				.satisfies((ex) -> assertThat(ex.limits()).containsExactly("openai"))
				.satisfies((ex) -> assertThat(ex.retryAfter()).isBetween(Duration.ofHours(2), Duration.ofHours(3)));
		});
	}

	@Test
	void a_method_of_a_future_waits_without_a_thread_and_is_in_flight_until_it_is_complete() {
		run((models, client, limiter) -> {
			limiter.tryAcquire("openai", "gpt-4o", 1_000_000).permit().close();
			CompletableFuture<String> answer = models.askLater(5);
			assertThat(client.accounts().iterator().next().governor().state().waiting()).isEqualTo(1);
			this.time.advance(Duration.ofMillis(600));
			models.complete("answer");
			assertThat(answer.get()).isEqualTo("answer");
			assertThat(inFlight(client)).isZero();
		});
	}

	@Test
	void a_request_within_a_method_uses_the_permits_of_the_method() {
		run((models, client, limiter) -> {
			assertThat(models.post("gpt-4o", 1000)).isEqualTo(USAGE);
			assertThat(spent(client, Dimension.REQUESTS)).isEqualTo(1);
			models.warmUp();
			assertThat(models.post("gpt-4o", 1000)).isEqualTo(USAGE);
			assertThat(spent(client, Dimension.REQUESTS)).isEqualTo(3);
			assertThat(spent(client, Dimension.TOKENS)).isEqualTo(3 * 12);
			assertThat(inFlight(client)).isZero();
		});
	}

	@Test
	void the_second_request_within_a_method_is_charged() {
		run((models, client, limiter) -> {
			models.postTwice("gpt-4o");
			assertThat(spent(client, Dimension.REQUESTS)).isEqualTo(2);
			assertThat(spent(client, Dimension.TOKENS)).isEqualTo(2 * 12);
			assertThat(inFlight(client)).isZero();
		});
	}

	@Test
	void a_request_of_another_model_gives_the_permits_of_the_method_back() {
		run((models, client, limiter) -> {
			models.post("o3", 1000);
			assertThat(spent(client, Dimension.REQUESTS)).isEqualTo(1);
			assertThat(inFlight(client)).isZero();
			assertThat(limiter.tryAcquire(List.of(new PermitRequest("openai", Key.of("o3"), 1_000_000))).isAllowed())
				.isTrue();
		});
	}

	@Test
	void a_request_of_a_publisher_uses_the_permits_of_its_method() {
		run((models, client, limiter) -> {
			models.warmUp();
			assertThat(models.postReactive("gpt-4o").block()).isEqualTo(USAGE);
			assertThat(spent(client, Dimension.REQUESTS)).isEqualTo(2);
			assertThat(spent(client, Dimension.TOKENS)).isEqualTo(2 * 12);
			assertThat(inFlight(client)).isZero();
		});
	}

	@Test
	void a_request_of_a_flow_uses_the_permits_of_its_method() {
		run((models, client, limiter) -> {
			models.warmUp();
			assertThat(collect(models.postFlow())).containsExactly(USAGE);
			assertThat(spent(client, Dimension.REQUESTS)).isEqualTo(2);
			assertThat(spent(client, Dimension.TOKENS)).isEqualTo(2 * 12);
			assertThat(inFlight(client)).isZero();
		});
	}

	@Test
	void a_flow_around_another_one_gets_its_elements_in_its_own_context() {
		run((models, client, limiter) -> {
			models.warmUp();
			List<CoroutineContext> contexts = new ArrayList<>();
			Flow<String> slow = FlowKt.onEach(models.postFlow(), (element, next) -> {
				contexts.add(next.getContext());
				return DelayKt.delay(1, next);
			});
			Flow<String> outer = FlowKt.flow((collector, next) -> {
				contexts.add(next.getContext());
				return slow.collect(collector, next);
			});
			assertThat(collect(outer)).containsExactly(USAGE);
			assertThat(contexts).hasSize(2);
			assertThat(contexts.get(1)).isSameAs(contexts.get(0));
			assertThat(spent(client, Dimension.REQUESTS)).isEqualTo(2);
			assertThat(inFlight(client)).isZero();
		});
	}

	private static <T> List<T> collect(Flow<T> flow) throws InterruptedException {
		List<T> elements = new ArrayList<>();
		BuildersKt.<Unit>runBlocking(EmptyCoroutineContext.INSTANCE, (scope, end) -> flow.collect((element, next) -> {
			elements.add(element);
			return Unit.INSTANCE;
		}, end));
		return elements;
	}

	@Test
	void methods_start_where_limits_are_switched_off() {
		this.runner.withBean(Models.class, () -> new Models(this.provider.url()))
			.withPropertyValues("ratelimit.enabled=false")
			.run((context) -> assertThat(context.getBean(Models.class).ask("gpt-4o", 2_000_000)).isPositive());
	}

	@Test
	void a_name_that_is_neither_a_limit_nor_a_client_fails_start_up_with_both() {
		this.runner.withBean(Misspelt.class, Misspelt::new)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("There is no limit named 'opanai'. Did you mean 'openai'?"));
	}

	@Test
	void a_key_has_no_effect_where_the_client_does_not_count_by_models() {
		this.runner.withBean(Models.class, () -> new Models(this.provider.url()))
			.withPropertyValues(OPENAI + "key=credential")
			.run((context) -> assertThat(context).getFailure().hasMessageContaining("has no effect"));
	}

	private static long spent(ClientLimiter client, Dimension dimension) {
		return states(client).stream()
			.flatMap((state) -> state.quotas().stream())
			.filter((quota) -> quota.dimension() == dimension)
			.mapToLong((quota) -> quota.limit() - quota.available())
			.sum();
	}

	private static int inFlight(ClientLimiter client) {
		return states(client).stream().mapToInt(GovernorState::inFlight).sum();
	}

	private static List<GovernorState> states(ClientLimiter client) {
		return client.accounts().stream().map((account) -> account.governor().state()).toList();
	}

	@FunctionalInterface
	interface Scenario {

		void run(Models models, ClientLimiter client, RateLimiter limiter) throws Exception;

	}

	static class Misspelt {

		@RateLimited("opanai")
		void ask() {
		}

	}

	static class Models {

		private final String url;

		private RestClient rest;

		private WebClient web;

		private final CompletableFuture<String> later = new CompletableFuture<>();

		Models(String url) {
			this.url = url;
		}

		void connect(ClientLimiters clients) {
			this.rest = RestClient.builder()
				.baseUrl(this.url)
				.requestInterceptor(new RateLimitClientInterceptor(clients))
				.build();
			this.web = WebClient.builder().baseUrl(this.url).filter(new RateLimitExchangeFilter(clients)).build();
		}

		void complete(String answer) {
			this.later.complete(answer);
		}

		/** A request without a method, by which the client knows the credential. */
		void warmUp() {
			send("gpt-4o");
		}

		@RateLimited(value = "openai", key = "#model", cost = "#tokens", settle = "#result / 2")
		public long ask(String model, long tokens) {
			return tokens;
		}

		@RateLimited(value = "openai", key = "'gpt-4o'", cost = "#tokens")
		public CompletableFuture<String> askLater(long tokens) {
			return this.later;
		}

		@RateLimited(value = "openai", key = "'gpt-4o'", cost = "#tokens")
		public String post(String model, long tokens) {
			return send(model);
		}

		@RateLimited("openai")
		public void postTwice(String model) {
			send(model);
			send(model);
		}

		@RateLimited(value = "openai", key = "'gpt-4o'", cost = "1000")
		public Mono<String> postReactive(String model) {
			return Mono.just(model).publishOn(Schedulers.parallel()).flatMap((any) -> sendReactive());
		}

		@RateLimited(value = "openai", key = "'gpt-4o'", cost = "1000")
		public Flow<String> postFlow() {
			return ReactiveFlowKt.asFlow(sendReactive());
		}

		private Mono<String> sendReactive() {
			return this.web.post()
				.uri("/v1/chat")
				.header("Authorization", "Bearer sk-secret")
				.contentType(MediaType.APPLICATION_JSON)
				.bodyValue(REQUEST)
				.retrieve()
				.bodyToMono(String.class);
		}

		private String send(String model) {
			return this.rest.post()
				.uri("/v1/chat")
				.header("Authorization", "Bearer sk-secret")
				.contentType(MediaType.APPLICATION_JSON)
				.body(REQUEST.replace("gpt-4o", model))
				.retrieve()
				.body(String.class);
		}

	}

}
