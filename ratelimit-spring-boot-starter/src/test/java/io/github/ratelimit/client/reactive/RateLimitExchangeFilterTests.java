package io.github.ratelimit.client.reactive;

import static io.github.ratelimit.client.LocalProvider.inTurn;
import static io.github.ratelimit.client.LocalProvider.json;
import static io.github.ratelimit.client.LocalProvider.status;
import static io.github.ratelimit.client.LocalProvider.stream;
import static io.github.ratelimit.client.TestClient.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.client.LocalProvider;
import io.github.ratelimit.client.RequestPriority;
import io.github.ratelimit.client.TestClient;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.provider.dialect.Dimension;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.http.codec.json.JacksonJsonEncoder;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

@ParameterizedClass
@EnumSource
class RateLimitExchangeFilterTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	private static final String REQUEST = "{\"model\":\"gpt-4o\",\"max_tokens\":100}";

	private static final String USAGE = """
			{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5}}""";

	private static final String THROTTLED = """
			{"error":{"type":"requests","code":"rate_limit_exceeded","message":"Slow down"}}""";

	private final Connector connector;

	private final ManualTime time = new ManualTime();

	private LocalProvider provider;

	RateLimitExchangeFilterTests(Connector connector) {
		this.connector = connector;
	}

	@BeforeEach
	void start() throws IOException {
		// the JDK's client fails a request that its caller has cancelled
		Hooks.onErrorDropped((failure) -> {
		});
		this.provider = new LocalProvider(json(USAGE));
	}

	@AfterEach
	void stop() {
		Hooks.resetOnErrorDropped();
		this.provider.close();
	}

	private WebClient.Builder builder() {
		return WebClient.builder().baseUrl(this.provider.url()).clientConnector(this.connector.create());
	}

	private WebClient web(TestClient client) {
		return builder().filter(new RateLimitExchangeFilter(client.time(this.time).limiter())).build();
	}

	private static WebClient.RequestHeadersSpec<?> post(WebClient web) {
		return web.post().uri("/v1/chat").contentType(MediaType.APPLICATION_JSON).bodyValue(REQUEST);
	}

	private static WebClient.RequestHeadersSpec<?> post(WebClient web, Mono<String> body) {
		return web.post().uri("/v1/chat").contentType(MediaType.APPLICATION_JSON).body(body, String.class);
	}

	private static Mono<String> call(WebClient web) {
		return post(web).retrieve().bodyToMono(String.class);
	}

	@Test
	void a_call_is_in_flight_until_its_response_is_read_and_costs_what_the_provider_reports() {
		TestClient client = client().tokens(10_000);
		List<Integer> inFlight = new ArrayList<>();
		this.provider.answers((exchange) -> {
			inFlight.add(client.inFlight());
			json(USAGE).give(exchange);
		});
		assertThat(call(web(client)).block(LONG)).isEqualTo(USAGE);
		assertThat(inFlight).containsExactly(1);
		assertThat(client.inFlight()).isZero();
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
		assertThat(client.spent(Dimension.TOKENS)).isEqualTo(12);
	}

	@Test
	void nothing_is_taken_before_somebody_subscribes() {
		TestClient client = client();
		Mono<String> call = call(web(client));
		assertThat(client.inFlight()).isZero();
		assertThat(call.block(LONG)).isEqualTo(USAGE);
	}

	@Test
	void a_filter_that_returns_nothing_ends_the_call_with_an_error() {
		TestClient client = client();
		WebClient web = builder().filter(new RateLimitExchangeFilter(client.time(this.time).limiter()))
			.filter((request, next) -> null)
			.build();
		assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> call(web).block(LONG));
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void the_model_of_a_value_is_known_before_it_is_sent_from_the_first_request_on() {
		TestClient client = client();
		WebClient web = web(client);
		for (int i = 0; i < 2; i++) {
			web.post().uri("/").bodyValue(Map.of("model", "gpt-4o")).retrieve().toBodilessEntity().block(LONG);
		}
		assertThat(client.models()).containsExactly("gpt-4o");
		assertThat(this.provider.bodies()).containsExactly("{\"model\":\"gpt-4o\"}", "{\"model\":\"gpt-4o\"}");
	}

	@Test
	void a_body_is_encoded_as_its_client_does_it() {
		TestClient client = client();
		JsonMapper mapper = JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
		WebClient web = builder().filter(new RateLimitExchangeFilter(client.time(this.time).limiter()))
			.codecs((codecs) -> codecs.defaultCodecs().jacksonJsonEncoder(new JacksonJsonEncoder(mapper)))
			.build();
		for (int i = 0; i < 2; i++) {
			web.post().uri("/").bodyValue(new Request("gpt-4o", 100)).retrieve().toBodilessEntity().block(LONG);
		}
		assertThat(client.models()).containsExactly("gpt-4o");
		assertThat(this.provider.bodies()).containsOnly("{\"model\":\"gpt-4o\",\"max_tokens\":100}");
	}

	@Test
	void a_body_that_can_be_subscribed_to_once_is_subscribed_to_once() {
		TestClient client = client();
		WebClient web = web(client);
		for (int i = 0; i < 3; i++) {
			AtomicBoolean subscribed = new AtomicBoolean();
			Mono<String> body = Mono.fromSupplier(() -> {
				assertThat(subscribed.compareAndSet(false, true)).isTrue();
				return REQUEST;
			});
			web.post()
				.uri("/")
				.contentType(MediaType.APPLICATION_JSON)
				.body(body.hide(), String.class)
				.retrieve()
				.toBodilessEntity()
				.block(LONG);
		}
		assertThat(this.provider.bodies()).containsExactly(REQUEST, REQUEST, REQUEST);
		assertThat(client.models()).contains("gpt-4o");
	}

	@Test
	void a_streamed_body_is_sent_as_it_comes() {
		TestClient client = client();
		WebClient web = web(client);
		for (int i = 0; i < 2; i++) {
			web.post()
				.uri("/")
				.contentType(MediaType.APPLICATION_JSON)
				.body(Flux.just("{\"model\":", "\"gpt-4o\"}"), String.class)
				.retrieve()
				.toBodilessEntity()
				.block(LONG);
		}
		assertThat(this.provider.bodies()).containsExactly("{\"model\":\"gpt-4o\"}", "{\"model\":\"gpt-4o\"}");
		assertThat(client.models()).containsExactly("");
	}

	@Test
	void headers_that_a_body_sets_are_sent() {
		List<String> signatures = new ArrayList<>();
		this.provider.answers((exchange) -> {
			signatures.add(exchange.getRequestHeaders().getFirst("X-Signature"));
			json(USAGE).give(exchange);
		});
		WebClient web = web(client());
		for (int i = 0; i < 2; i++) {
			web.post().uri("/").contentType(MediaType.APPLICATION_JSON).body((message, context) -> {
				message.getHeaders().set("X-Signature", "signed");
				return BodyInserters.fromValue(REQUEST).insert(message, context);
			}).retrieve().toBodilessEntity().block(LONG);
		}
		assertThat(signatures).containsExactly("signed", "signed");
		assertThat(this.provider.bodies()).containsExactly(REQUEST, REQUEST);
	}

	@Test
	void clients_that_share_a_filter_each_encode_a_body_in_their_own_way() {
		List<List<String>> signatures = new ArrayList<>();
		this.provider.answers((exchange) -> {
			signatures.add(exchange.getRequestHeaders().get("X-Signature"));
			json(USAGE).give(exchange);
		});
		JsonMapper mapper = JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
		WebClient.Builder sharing = builder().filter(new RateLimitExchangeFilter(client().time(this.time).limiter()));
		WebClient other = sharing.clone()
			.codecs((codecs) -> codecs.defaultCodecs().jacksonJsonEncoder(new JacksonJsonEncoder(mapper)))
			.build();
		for (WebClient web : List.of(sharing.build(), other, sharing.build(), other)) {
			web.post().uri("/").contentType(MediaType.APPLICATION_JSON).body((message, context) -> {
				message.getHeaders().add("X-Signature", "signed");
				return BodyInserters.fromValue(new Request("gpt-4o", 100)).insert(message, context);
			}).retrieve().toBodilessEntity().block(LONG);
		}
		assertThat(signatures).hasSize(4).containsOnly(List.of("signed"));
		assertThat(this.provider.bodies()).containsExactly("{\"model\":\"gpt-4o\",\"maxTokens\":100}",
				"{\"model\":\"gpt-4o\",\"max_tokens\":100}", "{\"model\":\"gpt-4o\",\"maxTokens\":100}",
				"{\"model\":\"gpt-4o\",\"max_tokens\":100}");
	}

	@Test
	void bytes_of_any_buffer_are_sent_in_full() {
		TestClient client = client();
		WebClient web = web(client);
		byte[] padded = ("padding" + REQUEST).getBytes(StandardCharsets.UTF_8);
		DataBufferFactory netty = new NettyDataBufferFactory(PooledByteBufAllocator.DEFAULT);
		for (DataBufferFactory factory : List.of(DefaultDataBufferFactory.sharedInstance, netty,
				DefaultDataBufferFactory.sharedInstance, netty)) {
			DataBuffer body = factory.allocateBuffer(1000).write(padded);
			web.post()
				.uri("/")
				.contentType(MediaType.APPLICATION_JSON)
				.body(BodyInserters.fromDataBuffers(Mono.just(body.readPosition("padding".length()))))
				.retrieve()
				.toBodilessEntity()
				.block(LONG);
		}
		assertThat(this.provider.bodies()).containsExactly(REQUEST, REQUEST, REQUEST, REQUEST);
		assertThat(client.models()).contains("gpt-4o");
	}

	@Test
	void forms_and_empty_bodies_are_sent_as_they_are() {
		TestClient client = client();
		WebClient web = web(client);
		for (int i = 0; i < 2; i++) {
			web.post().uri("/").body(BodyInserters.fromFormData("a", "b")).retrieve().toBodilessEntity().block(LONG);
			web.get().uri("/").retrieve().toBodilessEntity().block(LONG);
		}
		assertThat(this.provider.bodies()).containsExactly("a=b", "", "a=b", "");
	}

	@Test
	void headers_that_a_body_changes_are_sent_as_they_are_in_the_end() {
		List<List<String>> received = new ArrayList<>();
		this.provider.answers((exchange) -> {
			received.add(exchange.getRequestHeaders().get("X-First"));
			received.add(exchange.getRequestHeaders().get("X-Second"));
			received.add(exchange.getRequestHeaders().get("X-Third"));
			received.add(exchange.getRequestHeaders().get("X-Fourth"));
			json(USAGE).give(exchange);
		});
		WebClient web = web(client());
		for (int i = 0; i < 2; i++) {
			web.post()
				.uri("/")
				.contentType(MediaType.APPLICATION_JSON)
				.header("X-First", "a", "b")
				.header("X-Second", "a")
				.header("X-Third", "a")
				.body((message, context) -> {
					HttpHeaders headers = message.getHeaders();
					assertThat(headers.getFirst("x-first")).isEqualTo("a");
					headers.set("x-second", "b");
					assertThat(headers.getFirst("X-SECOND")).isEqualTo("b");
					headers.set("X-Second", "c");
					headers.remove("x-third");
					headers.add("X-Fourth", "a");
					headers.add("x-fourth", "b");
					assertThat(headers.get("X-SECOND")).containsExactly("c");
					assertThat(headers.headerNames()).contains("X-First").doesNotContain("X-Third");
					return BodyInserters.fromValue(REQUEST).insert(message, context);
				})
				.retrieve()
				.toBodilessEntity()
				.block(LONG);
		}
		List<List<String>> once = Arrays.asList(List.of("a", "b"), List.of("c"), null, List.of("a", "b"));
		assertThat(received.subList(0, 4)).isEqualTo(once);
		assertThat(received.subList(4, 8)).isEqualTo(once);
	}

	@Test
	void a_body_that_comes_later_is_encoded_and_then_admitted() {
		TestClient client = client();
		WebClient web = web(client);
		call(web).block(LONG);
		Sinks.One<String> body = Sinks.one();
		CompletableFuture<String> call = post(web, body.asMono()).retrieve().bodyToMono(String.class).toFuture();
		assertThat(client.inFlight()).isZero();
		assertThat(this.provider.bodies()).hasSize(1);
		new Thread(() -> body.tryEmitValue(REQUEST.replace("gpt-4o", "gpt-5"))).start();
		assertThat(call.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(USAGE);
		assertThat(this.provider.bodies()).hasSize(2);
		assertThat(client.models()).contains("gpt-4o", "gpt-5");
	}

	@Test
	void a_call_that_is_cancelled_before_its_body_comes_cancels_the_body_and_takes_nothing() {
		TestClient client = client();
		WebClient web = web(client);
		call(web).block(LONG);
		AtomicBoolean cancelled = new AtomicBoolean();
		Mono<String> body = Mono.<String>never().doOnCancel(() -> cancelled.set(true));
		Disposable call = post(web, body).retrieve().bodyToMono(String.class).subscribe();
		assertThat(cancelled).isFalse();
		call.dispose();
		assertThat(cancelled).isTrue();
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void a_body_sees_the_context_of_its_subscriber() {
		WebClient web = web(client());
		for (int i = 0; i < 2; i++) {
			Mono<String> body = Mono.deferContextual((context) -> Mono.just(context.get("body")));
			post(web, body).retrieve().toBodilessEntity().contextWrite(Context.of("body", REQUEST)).block(LONG);
		}
		assertThat(this.provider.bodies()).containsExactly(REQUEST, REQUEST);
	}

	@Test
	void a_body_that_fails_takes_nothing() {
		TestClient client = client();
		WebClient web = web(client);
		call(web).block(LONG);
		assertThatExceptionOfType(WebClientRequestException.class)
			.isThrownBy(() -> web.post()
				.uri("/")
				.body(Mono.error(new IllegalStateException("no body")), String.class)
				.retrieve()
				.toBodilessEntity()
				.block(LONG))
			.withMessageContaining("no body");
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void pieces_of_a_stream_arrive_one_by_one() {
		TestClient client = client().tokens(10_000);
		Semaphore next = new Semaphore(1);
		List<String> pieces = new ArrayList<>(List.of("{\"delta\":1}", "{\"delta\":2}", USAGE));
		this.provider.answers(stream(() -> {
			assertThat(next.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
			return pieces.isEmpty() ? null : pieces.remove(0);
		}));
		List<String> read = post(web(client)).retrieve().bodyToFlux(String.class).doOnNext((piece) -> {
			assertThat(client.inFlight()).isEqualTo(1);
			next.release();
		}).collectList().block(LONG);
		assertThat(read).containsExactly("{\"delta\":1}", "{\"delta\":2}", USAGE);
		assertThat(client.inFlight()).isZero();
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
		assertThat(client.spent(Dimension.TOKENS)).isEqualTo(12);
	}

	@Test
	void cancelling_in_mid_stream_ends_the_call_at_the_usage_that_was_read() {
		TestClient client = client().tokens(10_000);
		Semaphore next = new Semaphore(2);
		this.provider.answers(stream(() -> next.tryAcquire(10, TimeUnit.SECONDS) ? USAGE : null));
		post(web(client)).retrieve().bodyToFlux(String.class).take(1).blockLast(LONG);
		assertThat(client.inFlight()).isZero();
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
		assertThat(client.spent(Dimension.TOKENS)).isEqualTo(12);
		next.release(100);
	}

	@Test
	void cancelling_between_head_and_body_ends_the_call() {
		TestClient client = client();
		AtomicReference<ClientResponse> head = new AtomicReference<>();
		Disposable call = post(web(client)).exchangeToMono((response) -> {
			head.set(response);
			return Mono.never();
		}).subscribe();
		await().until(() -> head.get() != null);
		assertThat(client.inFlight()).isEqualTo(1);
		call.dispose();
		assertThat(client.inFlight()).isZero();
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
	}

	@Test
	void cancelling_while_the_provider_thinks_ends_the_call_as_sent() throws InterruptedException {
		TestClient client = client();
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		this.provider.answers((exchange) -> {
			begun.countDown();
			end.await();
		});
		Disposable call = call(web(client)).subscribe();
		begun.await();
		call.dispose();
		assertThat(client.inFlight()).isZero();
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
		end.countDown();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void a_call_that_is_cancelled_when_it_is_subscribed_to_is_not_sent(int attempts) {
		TestClient client = client().attempts(attempts);
		WebClient web = web(client);
		AtomicInteger received = new AtomicInteger();
		this.provider.answers((exchange) -> {
			received.incrementAndGet();
			json(USAGE).give(exchange);
		});
		web.get().uri("/v1/models").retrieve().bodyToMono(String.class).subscribe(new BaseSubscriber<String>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				subscription.cancel();
			}

		});
		assertThat(client.outcomes()).containsExactly(Outcome.NOT_SENT);
		assertThat(client.spent(Dimension.REQUESTS)).isZero();
		assertThat(client.inFlight()).isZero();
		assertThat(call(web).block(LONG)).isEqualTo(USAGE);
		assertThat(received).hasValue(1);
	}

	@Test
	void a_call_with_a_body_that_is_cancelled_when_it_is_subscribed_to_is_not_sent() {
		TestClient client = client();
		AtomicInteger sent = new AtomicInteger();
		WebClient web = builder().filter(new RateLimitExchangeFilter(client.time(this.time).limiter()))
			.filter((request, next) -> {
				sent.incrementAndGet();
				return next.exchange(request);
			})
			.build();
		call(web).block(LONG);
		call(web).subscribe(new BaseSubscriber<String>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				subscription.cancel();
			}

		});
		assertThat(sent).hasValue(1);
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
		assertThat(client.inFlight()).isZero();
		assertThat(call(web).block(LONG)).isEqualTo(USAGE);
		assertThat(sent).hasValue(2);
	}

	@Test
	void a_call_that_is_cancelled_or_times_out_while_it_is_queued_leaves_nothing_behind() throws InterruptedException {
		TestClient client = client().maxConcurrent(1);
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		this.provider.answers((exchange) -> {
			begun.countDown();
			end.await();
			json(USAGE).give(exchange);
		});
		WebClient web = web(client);
		CompletableFuture<String> first = call(web).toFuture();
		begun.await();
		Disposable cancelled = call(web).subscribe();
		assertThat(client.waiting()).isEqualTo(1);
		cancelled.dispose();
		assertThat(client.waiting()).isZero();
		CompletableFuture<String> late = call(web).timeout(Duration.ofMillis(50)).toFuture();
		assertThat(late.handle((body, failure) -> failure).join()).isInstanceOf(TimeoutException.class);
		assertThat(client.waiting()).isZero();
		end.countDown();
		assertThat(first.join()).isEqualTo(USAGE);
		assertThat(client.inFlight()).isZero();
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
		assertThat(this.provider.bodies()).hasSize(1);
		assertThat(call(web).block(LONG)).isEqualTo(USAGE);
	}

	@Test
	void a_refusal_is_an_error_signal() throws InterruptedException {
		TestClient client = client().maxConcurrent(1).maxWaiting(0);
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		this.provider.answers((exchange) -> {
			begun.countDown();
			end.await();
			json(USAGE).give(exchange);
		});
		WebClient web = web(client);
		CompletableFuture<String> first = call(web).toFuture();
		begun.await();
		CompletableFuture<Throwable> refused = call(web).toFuture().handle((body, failure) -> failure);
		assertThat(refused.join()).isInstanceOf(CallRefusedException.class);
		end.countDown();
		assertThat(first.join()).isEqualTo(USAGE);
		assertThat(client.outcomes()).containsExactly(Outcome.REFUSED, Outcome.SENT);
	}

	@Test
	void a_call_that_finds_no_provider_costs_nothing() {
		TestClient client = client();
		WebClient web = web(client);
		this.provider.close();
		assertThatExceptionOfType(WebClientRequestException.class).isThrownBy(() -> call(web).block(LONG));
		assertThat(client.outcomes()).containsExactly(Outcome.NOT_SENT);
		assertThat(client.spent(Dimension.REQUESTS)).isZero();
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void a_call_whose_connection_breaks_is_charged() {
		TestClient client = client();
		this.provider.answers((exchange) -> {
			throw new IOException("broken");
		});
		assertThatExceptionOfType(WebClientRequestException.class).isThrownBy(() -> call(web(client)).block(LONG));
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
		assertThat(client.spent(Dimension.REQUESTS)).isGreaterThanOrEqualTo(1);
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void an_error_is_reported_once_with_its_body_which_the_caller_can_read() {
		TestClient client = client();
		this.provider.answers(status(429, THROTTLED));
		assertThatExceptionOfType(WebClientResponseException.TooManyRequests.class)
			.isThrownBy(() -> call(web(client)).block(LONG))
			.satisfies((ex) -> assertThat(ex.getResponseBodyAsString()).isEqualTo(THROTTLED));
		assertThat(client.outcomes()).containsExactly(Outcome.THROTTLED);
		assertThat(client.states().get(0).lastCode()).isEqualTo("rate_limit_exceeded");
		assertThat(client.states().get(0).throttled()).isEqualTo(1);
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void an_error_whose_body_is_not_read_is_reported_without_it() {
		TestClient client = client();
		this.provider.answers(status(429, THROTTLED));
		AtomicReference<ClientResponse> head = new AtomicReference<>();
		Disposable call = post(web(client)).exchangeToMono((response) -> {
			head.set(response);
			return Mono.never();
		}).subscribe();
		await().until(() -> head.get() != null);
		call.dispose();
		assertThat(client.outcomes()).containsExactly(Outcome.THROTTLED);
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void a_large_error_body_reaches_the_caller_in_full() {
		String large = "{\"error\":\"" + "x".repeat(100_000) + "\"}";
		this.provider.answers(status(500, large));
		for (TestClient client : List.of(client(), client().attempts(2))) {
			String body = post(web(client)).exchangeToMono((response) -> response.bodyToMono(String.class)).block(LONG);
			assertThat(body).isEqualTo(large);
			assertThat(client.outcomes()).containsExactly(Outcome.SENT);
		}
	}

	@Test
	void a_retry_after_holds_back_all_callers() {
		TestClient client = client().discovered();
		this.provider.answers(inTurn(status(429, THROTTLED, "Retry-After", "5"), json(USAGE)));
		WebClient web = web(client);
		post(web).exchangeToMono(ClientResponse::toBodilessEntity).block(LONG);
		List<CompletableFuture<String>> calls = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			calls.add(call(web).toFuture());
		}
		assertThat(client.waiting()).isEqualTo(3);
		this.time.advance(Duration.ofMillis(4990));
		assertThat(client.waiting()).isEqualTo(3);
		this.time.advanceUntil(Duration.ofMillis(20), () -> calls.stream().allMatch(CompletableFuture::isDone));
		assertThat(calls).allSatisfy((call) -> assertThat(call.join()).isEqualTo(USAGE));
	}

	@Test
	void a_refused_request_is_sent_again_after_the_time_that_the_provider_asks_for() {
		TestClient client = client().discovered().attempts(3);
		this.provider.answers(inTurn(status(429, THROTTLED, "Retry-After", "2"),
				status(429, THROTTLED, "Retry-After", "2"), json(USAGE)));
		CompletableFuture<String> call = call(web(client)).toFuture();
		await().until(() -> client.outcomes().size() == 1);
		assertThat(client.inFlight()).isZero();
		this.time.advance(Duration.ofMillis(1990));
		assertThat(this.provider.bodies()).hasSize(1);
		this.time.advanceUntil(Duration.ofMillis(500), () -> call.isDone());
		assertThat(call.join()).isEqualTo(USAGE);
		assertThat(this.provider.bodies()).containsExactly(REQUEST, REQUEST, REQUEST);
		assertThat(client.outcomes()).containsExactly(Outcome.THROTTLED, Outcome.THROTTLED, Outcome.SENT);
	}

	@Test
	void a_body_that_was_encoded_once_is_sent_again_in_full() {
		TestClient client = client().discovered().attempts(2);
		WebClient web = web(client);
		call(web).block(LONG);
		this.provider.answers(inTurn(status(429, THROTTLED), json(USAGE)));
		CompletableFuture<String> call = call(web).toFuture();
		this.time.advanceUntil(Duration.ofMillis(500), () -> call.isDone());
		assertThat(call.join()).isEqualTo(USAGE);
		assertThat(this.provider.bodies()).containsExactly(REQUEST, REQUEST, REQUEST);
	}

	@Test
	void an_error_that_is_not_sent_again_reaches_the_caller() {
		TestClient client = client().discovered().attempts(3).maxWait(Duration.ofSeconds(10));
		this.provider.answers(status(429, THROTTLED, "Retry-After", "11"));
		assertThatExceptionOfType(WebClientResponseException.TooManyRequests.class)
			.isThrownBy(() -> call(web(client)).block(LONG))
			.satisfies((ex) -> assertThat(ex.getResponseBodyAsString()).isEqualTo(THROTTLED));
		assertThat(this.provider.bodies()).hasSize(1);
	}

	@Test
	void a_thousand_queued_calls_hold_no_thread() throws InterruptedException {
		TestClient client = client().maxConcurrent(1).maxWaiting(1000);
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		this.provider.answers((exchange) -> {
			begun.countDown();
			end.await();
			json(USAGE).give(exchange);
		});
		WebClient web = web(client);
		List<CompletableFuture<String>> calls = new ArrayList<>();
		calls.add(call(web).toFuture());
		begun.await();
		int threads = Thread.activeCount();
		for (int i = 0; i < 1000; i++) {
			calls.add(call(web).toFuture());
		}
		assertThat(client.waiting()).isEqualTo(1000);
		assertThat(Thread.activeCount()).isLessThan(threads + 5);
		end.countDown();
		calls.forEach((call) -> assertThat(call.orTimeout(30, TimeUnit.SECONDS).join()).isEqualTo(USAGE));
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void a_response_that_is_not_used_ends_the_call() {
		TestClient client = client().tokens(10_000);
		post(web(client)).retrieve().toBodilessEntity().block(LONG);
		assertThat(client.inFlight()).isZero();
		assertThat(client.spent(Dimension.TOKENS)).isEqualTo(12);
	}

	@Test
	void bytes_of_a_response_arrive_as_they_are() {
		byte[] bytes = post(web(client())).retrieve()
			.bodyToFlux(DataBuffer.class)
			.map((buffer) -> buffer.toString(StandardCharsets.UTF_8))
			.reduce("", String::concat)
			.block(LONG)
			.getBytes(StandardCharsets.UTF_8);
		assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(USAGE);
	}

	@Test
	void requests_to_other_addresses_pass_untouched() {
		TestClient client = client().match("https://api.openai.com/**").time(this.time);
		WebClient web = builder().filter(new RateLimitExchangeFilter(TestClient.limiters(client))).build();
		assertThat(call(web).block(LONG)).isEqualTo(USAGE);
		assertThat(client.limiter().isUsed()).isFalse();
	}

	@Test
	void a_request_that_passes_two_filters_is_counted_once_and_each_attempt_is() {
		TestClient client = client().match(this.provider.url() + "/**").time(this.time);
		WebClient web = builder()
			.filter((request, next) -> next.exchange(request)
				.flatMap(ClientResponse::releaseBody)
				.then(Mono.defer(() -> next.exchange(request))))
			.filter(new RateLimitExchangeFilter(client.limiter()))
			.filter(new RateLimitExchangeFilter(TestClient.limiters(client)))
			.build();
		assertThat(call(web).block(LONG)).isEqualTo(USAGE);
		assertThat(this.provider.bodies()).hasSize(2);
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(2);
	}

	enum Connector {

		JDK, REACTOR_NETTY;

		ClientHttpConnector create() {
			return (this == JDK) ? new JdkClientHttpConnector() : new ReactorClientHttpConnector();
		}

	}

	private record Request(String model, int maxTokens) {
	}

	@Test
	void a_request_with_a_higher_priority_overtakes_those_that_are_queued() throws InterruptedException {
		TestClient client = client().maxConcurrent(1);
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		List<String> arrived = new CopyOnWriteArrayList<>();
		this.provider.answers((exchange) -> {
			arrived.add(String.valueOf(exchange.getRequestHeaders().getFirst("X-Priority")));
			begun.countDown();
			end.await();
			json(USAGE).give(exchange);
		});
		WebClient web = web(client);
		CompletableFuture<String> first = call(web).toFuture();
		begun.await();
		CompletableFuture<String> normal = call(web).toFuture();
		CompletableFuture<String> high = post(web).attribute(RequestPriority.ATTRIBUTE, RequestPriority.HIGH)
			.header("X-Priority", "high")
			.retrieve()
			.bodyToMono(String.class)
			.toFuture();
		assertThat(client.waiting()).isEqualTo(2);
		end.countDown();
		assertThat(first.join()).isEqualTo(USAGE);
		assertThat(high.join()).isEqualTo(USAGE);
		assertThat(normal.join()).isEqualTo(USAGE);
		assertThat(arrived).containsExactly("null", "high", "null");
	}

}
