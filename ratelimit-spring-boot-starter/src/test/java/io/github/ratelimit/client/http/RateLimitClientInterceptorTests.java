package io.github.ratelimit.client.http;

import static io.github.ratelimit.client.LocalProvider.inTurn;
import static io.github.ratelimit.client.LocalProvider.json;
import static io.github.ratelimit.client.LocalProvider.status;
import static io.github.ratelimit.client.LocalProvider.stream;
import static io.github.ratelimit.client.TestClient.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.client.LocalProvider;
import io.github.ratelimit.client.RequestPriority;
import io.github.ratelimit.client.TestClient;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.provider.dialect.Dimension;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

class RateLimitClientInterceptorTests {

	private static final String REQUEST = """
			{"model":"gpt-4o","max_tokens":100,"messages":[{"role":"user","content":"Hello"}]}""";

	private static final String USAGE = """
			{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5}}""";

	private static final String THROTTLED = """
			{"error":{"type":"requests","code":"rate_limit_exceeded","message":"Slow down"}}""";

	private final ManualTime time = new ManualTime();

	private LocalProvider provider;

	@BeforeEach
	void start() throws IOException {
		this.provider = new LocalProvider(json(USAGE));
	}

	@AfterEach
	void stop() {
		this.provider.close();
	}

	private RestClient rest(TestClient client) {
		client.time(this.time);
		HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
		return limited(new JdkClientHttpRequestFactory(http), client.limiter()).baseUrl(this.provider.url()).build();
	}

	/** Returns a client in which the adapter limits all requests. */
	RestClient.Builder limited(ClientHttpRequestFactory factory, ClientLimiter limiter) {
		return RestClient.builder().requestFactory(factory).requestInterceptor(new RateLimitClientInterceptor(limiter));
	}

	private static RestClient.RequestHeadersSpec<?> post(RestClient rest) {
		return rest.post().uri("/v1/chat").contentType(MediaType.APPLICATION_JSON).body(REQUEST);
	}

	@Test
	void a_call_is_in_flight_until_its_response_is_read_and_costs_what_the_provider_reports() {
		TestClient client = client().tokens(10_000);
		List<Integer> inFlight = new ArrayList<>();
		this.provider.answers((exchange) -> {
			inFlight.add(client.inFlight());
			json(USAGE).give(exchange);
		});
		assertThat(post(rest(client)).retrieve().body(String.class)).isEqualTo(USAGE);
		assertThat(inFlight).containsExactly(1);
		assertThat(client.inFlight()).isZero();
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
		assertThat(client.spent(Dimension.TOKENS)).isEqualTo(12);
		assertThat(client.models()).containsExactly("gpt-4o");
		assertThat(this.provider.bodies()).containsExactly(REQUEST);
	}

	@Test
	void a_body_that_is_no_json_does_not_show_the_model() {
		TestClient client = client();
		rest(client).post().uri("/").contentType(MediaType.TEXT_PLAIN).body(REQUEST).retrieve().toBodilessEntity();
		assertThat(client.models()).containsExactly("");
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
		String read = post(rest(client)).exchange((request, response) -> {
			StringBuilder text = new StringBuilder();
			byte[] piece = new byte[1000];
			InputStream body = response.getBody();
			for (int length = body.read(piece); length >= 0; length = body.read(piece)) {
				text.append(new String(piece, 0, length, StandardCharsets.UTF_8));
				assertThat(client.inFlight()).isEqualTo(1);
				next.release();
			}
			return text.toString();
		});
		assertThat(read).isEqualTo("data: {\"delta\":1}\n\ndata: {\"delta\":2}\n\ndata: " + USAGE + "\n\n");
		assertThat(client.inFlight()).isZero();
		assertThat(client.spent(Dimension.TOKENS)).isEqualTo(12);
	}

	@Test
	void leaving_a_stream_ends_the_call() {
		TestClient client = client().tokens(10_000);
		Semaphore closed = new Semaphore(0);
		this.provider.answers(stream(() -> {
			closed.tryAcquire(100, TimeUnit.MILLISECONDS);
			return (closed.availablePermits() > 0) ? null : "{\"usage\":{\"prompt_tokens\":7}}";
		}));
		int first = post(rest(client)).exchange((request, response) -> {
			int read = response.getBody().read();
			closed.release(1000);
			return read;
		});
		assertThat(first).isEqualTo('d');
		assertThat(client.inFlight()).isZero();
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
	}

	@Test
	void leaving_a_stream_closes_its_connection_instead_of_reading_the_rest() {
		TestClient client = client().tokens(10_000);
		Semaphore pieces = new Semaphore(300);
		Semaphore never = new Semaphore(0);
		this.provider.answers(stream(() -> {
			never.tryAcquire(10, TimeUnit.MILLISECONDS);
			return pieces.tryAcquire() ? "{\"usage\":{\"prompt_tokens\":7}}" : null;
		}));
		int first = post(rest(client)).exchange((request, response) -> response.getBody().read());
		assertThat(first).isEqualTo('d');
		assertThat(client.inFlight()).isZero();
		assertThat(pieces.availablePermits()).isPositive();
	}

	@Test
	void a_stream_that_is_not_read_is_closed_with_its_connection() {
		TestClient client = client().tokens(10_000);
		Semaphore pieces = new Semaphore(300);
		Semaphore never = new Semaphore(0);
		this.provider.answers(stream(() -> {
			never.tryAcquire(10, TimeUnit.MILLISECONDS);
			return pieces.tryAcquire() ? "{\"usage\":{\"prompt_tokens\":7}}" : null;
		}));
		post(rest(client)).retrieve().toBodilessEntity();
		assertThat(client.inFlight()).isZero();
		assertThat(pieces.availablePermits()).isPositive();
	}

	@Test
	void a_malformed_content_type_does_not_fail_the_caller() {
		TestClient client = client().tokens(10_000);
		this.provider.answers(status(200, "answer", "Content-Type", "no type"));
		int first = post(rest(client)).exchange((request, response) -> response.getBody().read());
		assertThat(first).isEqualTo('a');
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void a_response_that_is_not_read_ends_the_call_at_its_estimated_cost() {
		TestClient client = client().tokens(10_000);
		this.provider.answers(status(200, ""));
		post(rest(client)).retrieve().toBodilessEntity();
		assertThat(client.inFlight()).isZero();
		assertThat(client.spent(Dimension.TOKENS)).isBetween(101L, 150L);
	}

	@Test
	void an_error_is_reported_with_its_body_which_the_caller_can_read() {
		TestClient client = client().tokens(10_000);
		this.provider.answers(status(429, THROTTLED));
		RestClient rest = rest(client);
		assertThatExceptionOfType(HttpClientErrorException.TooManyRequests.class)
			.isThrownBy(() -> post(rest).retrieve().body(String.class))
			.satisfies((ex) -> assertThat(ex.getResponseBodyAsString()).isEqualTo(THROTTLED));
		assertThat(client.outcomes()).containsExactly(Outcome.THROTTLED);
		assertThat(client.states().get(0).lastCode()).isEqualTo("rate_limit_exceeded");
		assertThat(client.inFlight()).isZero();
		assertThat(client.spent(Dimension.REQUESTS)).isGreaterThanOrEqualTo(1);
	}

	@Test
	void a_large_error_body_reaches_the_caller_in_full() {
		String large = "{\"error\":\"" + "x".repeat(100_000) + "\"}";
		this.provider.answers(status(500, large));
		TestClient client = client();
		String body = post(rest(client))
			.exchange((request, response) -> new String(response.getBody().readAllBytes(), StandardCharsets.UTF_8));
		assertThat(body).isEqualTo(large);
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
	}

	@Test
	void a_retry_after_holds_back_all_callers() {
		TestClient client = client().discovered();
		this.provider.answers(inTurn(status(429, THROTTLED, "Retry-After", "5"), json(USAGE)));
		RestClient rest = rest(client);
		post(rest).exchange((request, response) -> response.getStatusCode());
		List<CompletableFuture<String>> calls = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			calls.add(TestThreads.call(() -> post(rest).retrieve().body(String.class)));
		}
		await().until(() -> client.waiting() == 3);
		this.time.advance(Duration.ofMillis(4990));
		assertThat(client.waiting()).isEqualTo(3);
		assertThat(this.provider.bodies()).hasSize(1);
		// a thread is queued before its timer is set
		this.time.advanceUntil(Duration.ofMillis(20), () -> calls.stream().allMatch(CompletableFuture::isDone));
		assertThat(calls).allSatisfy((call) -> assertThat(call.join()).isEqualTo(USAGE));
	}

	@Test
	void a_refusal_reaches_the_callers_of_both_clients_as_it_is() throws InterruptedException {
		TestClient client = client().maxConcurrent(1).maxWaiting(0);
		CountDownLatch end = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(1);
		this.provider.answers((exchange) -> {
			begun.countDown();
			end.await();
			json(USAGE).give(exchange);
		});
		RestClient rest = rest(client);
		CompletableFuture<String> first = TestThreads.call(() -> post(rest).retrieve().body(String.class));
		begun.await();
		RestTemplate template = new RestTemplate(new SimpleClientHttpRequestFactory());
		template.getInterceptors().add(new RateLimitClientInterceptor(client.limiter()));
		assertThatExceptionOfType(CallRefusedException.class).isThrownBy(() -> post(rest).retrieve().body(String.class))
			.satisfies((ex) -> assertThat(ex.client()).isEqualTo("openai"));
		assertThatExceptionOfType(CallRefusedException.class)
			.isThrownBy(() -> template.postForObject(this.provider.url(), jsonRequest(), String.class));
		end.countDown();
		assertThat(first.join()).isEqualTo(USAGE);
		assertThat(this.provider.bodies()).hasSize(1);
		assertThat(client.outcomes()).containsExactlyInAnyOrder(Outcome.REFUSED, Outcome.REFUSED, Outcome.SENT);
	}

	private static HttpEntity<String> jsonRequest() {
		HttpHeaders headers = new HttpHeaders();
		headers.setContentType(MediaType.APPLICATION_JSON);
		return new HttpEntity<>(REQUEST, headers);
	}

	@Test
	void rest_templates_are_limited_too() {
		TestClient client = client().tokens(10_000).time(this.time);
		RestTemplate template = new RestTemplate(new SimpleClientHttpRequestFactory());
		template.getInterceptors().add(new RateLimitClientInterceptor(client.limiter()));
		assertThat(template.postForObject(this.provider.url(), jsonRequest(), String.class)).isEqualTo(USAGE);
		assertThat(client.spent(Dimension.TOKENS)).isEqualTo(12);
		assertThat(client.models()).containsExactly("gpt-4o");
	}

	@Test
	void a_call_that_finds_no_provider_costs_nothing() {
		TestClient client = client().tokens(10_000);
		RestClient rest = rest(client);
		this.provider.close();
		assertThatExceptionOfType(ResourceAccessException.class)
			.isThrownBy(() -> post(rest).retrieve().body(String.class));
		assertThat(client.outcomes()).containsExactly(Outcome.NOT_SENT);
		assertThat(client.spent(Dimension.REQUESTS)).isZero();
		assertThat(client.spent(Dimension.TOKENS)).isZero();
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void a_call_whose_connection_breaks_is_charged() {
		TestClient client = client();
		this.provider.answers((exchange) -> {
			throw new IOException("broken");
		});
		RestClient rest = rest(client);
		assertThatExceptionOfType(ResourceAccessException.class)
			.isThrownBy(() -> post(rest).retrieve().body(String.class));
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
		assertThat(client.spent(Dimension.REQUESTS)).isGreaterThanOrEqualTo(1);
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void a_refused_request_is_sent_again_after_the_time_that_the_provider_asks_for() {
		TestClient client = client().discovered().attempts(3);
		this.provider.answers(inTurn(status(429, THROTTLED, "Retry-After", "2"),
				status(429, THROTTLED, "Retry-After", "2"), json(USAGE)));
		RestClient rest = rest(client);
		CompletableFuture<String> call = TestThreads.call(() -> post(rest).retrieve().body(String.class));
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
	void a_request_whose_retry_would_have_to_wait_too_long_is_not_sent_again() {
		TestClient client = client().attempts(3).maxWait(Duration.ofSeconds(10));
		this.provider.answers(status(429, THROTTLED, "Retry-After", "11"));
		RestClient rest = rest(client);
		assertThatExceptionOfType(HttpClientErrorException.TooManyRequests.class)
			.isThrownBy(() -> post(rest).retrieve().body(String.class));
		assertThat(this.provider.bodies()).hasSize(1);
	}

	@Test
	void a_request_that_the_provider_asks_not_to_repeat_is_not_sent_again() {
		TestClient client = client().attempts(3);
		this.provider.answers(status(429, THROTTLED, "x-should-retry", "false"));
		RestClient rest = rest(client);
		assertThatExceptionOfType(HttpClientErrorException.TooManyRequests.class)
			.isThrownBy(() -> post(rest).retrieve().body(String.class));
		assertThat(this.provider.bodies()).hasSize(1);
	}

	@Test
	void an_interrupt_ends_the_wait_for_a_retry() throws InterruptedException {
		TestClient client = client().attempts(2);
		this.provider.answers(status(429, THROTTLED, "Retry-After", "2"));
		RestClient rest = rest(client);
		CompletableFuture<Throwable> failure = new CompletableFuture<>();
		Thread caller = new Thread(() -> {
			try {
				post(rest).retrieve().body(String.class);
			}
			catch (RuntimeException ex) {
				failure.complete(ex);
			}
		});
		caller.start();
		await().until(() -> client.outcomes().size() == 1);
		caller.interrupt();
		caller.join();
		assertThat(failure.join()).isInstanceOf(CallRefusedException.class);
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void a_request_that_waits_for_its_retry_holds_a_thread_until_then() {
		AtomicInteger held = new AtomicInteger();
		TestClient client = client().discovered().attempts(2).caller(() -> {
			held.incrementAndGet();
			return held::decrementAndGet;
		});
		this.provider.answers(inTurn(status(429, THROTTLED, "Retry-After", "2"), json(USAGE)));
		RestClient rest = rest(client);
		CompletableFuture<String> call = TestThreads.call(() -> post(rest).retrieve().body(String.class));
		await().until(() -> held.get() == 1);
		this.time.advanceUntil(Duration.ofMillis(500), () -> call.isDone());
		assertThat(call.join()).isEqualTo(USAGE);
		assertThat(held).hasValue(0);
	}

	@Test
	void a_request_for_which_no_thread_is_left_is_not_sent_again() {
		TestClient client = client().attempts(2).caller(() -> null);
		this.provider.answers(inTurn(status(429, THROTTLED, "Retry-After", "2"), json(USAGE)));
		RestClient rest = rest(client);
		assertThatExceptionOfType(HttpClientErrorException.TooManyRequests.class)
			.isThrownBy(() -> post(rest).retrieve().body(String.class));
		assertThat(this.provider.bodies()).hasSize(1);
	}

	@Test
	void a_request_that_holds_a_thread_keeps_it_when_it_is_queued_again() {
		AtomicBoolean left = new AtomicBoolean(true);
		TestClient client = client().quota(Dimension.REQUESTS, 1, Duration.ofSeconds(10))
			.maxWait(Duration.ofMinutes(5))
			.attempts(2)
			.caller(() -> left.getAndSet(false) ? () -> {
			} : null);
		this.provider.answers(inTurn(status(429, THROTTLED, "Retry-After", "1"), json(USAGE)));
		RestClient rest = rest(client);
		assertThat(inStepsOf(Duration.ofMillis(500), () -> post(rest).retrieve().body(String.class))).isEqualTo(USAGE);
		assertThat(left).isFalse();
	}

	@Test
	void requests_for_which_no_thread_is_left_use_up_no_retries() {
		AtomicBoolean refused = new AtomicBoolean();
		TestClient client = client().maxWait(Duration.ofHours(2))
			.attempts(2, 0)
			.caller(() -> refused.getAndSet(false) ? null : () -> {
			});
		this.provider.answers((exchange) -> {
			refused.set(true);
			status(429, THROTTLED, "Retry-After", "0").give(exchange);
		});
		RestClient rest = rest(client);
		for (int i = 0; i < 11; i++) {
			int status = inStepsOf(Duration.ofMinutes(10),
					() -> post(rest).exchange((request, response) -> response.getStatusCode().value()));
			assertThat(status).isEqualTo(429);
		}
		assertThat(this.provider.bodies()).hasSize(11);
		this.provider.answers(inTurn(status(429, THROTTLED, "Retry-After", "0"), json(USAGE)));
		assertThat(inStepsOf(Duration.ofMinutes(10), () -> post(rest).retrieve().body(String.class))).isEqualTo(USAGE);
	}

	private <T> T inStepsOf(Duration step, Supplier<T> call) {
		CompletableFuture<T> result = TestThreads.call(call);
		this.time.advanceUntil(step, () -> result.isDone());
		return result.join();
	}

	@Test
	void requests_to_other_addresses_pass_untouched() {
		TestClient client = client().match("https://api.openai.com/**").time(this.time);
		RestClient rest = RestClient.builder()
			.baseUrl(this.provider.url())
			.requestInterceptor(new RateLimitClientInterceptor(TestClient.limiters(client)))
			.build();
		assertThat(post(rest).retrieve().body(String.class)).isEqualTo(USAGE);
		assertThat(client.limiter().isUsed()).isFalse();
	}

	@Test
	void a_request_that_passes_two_interceptors_is_counted_once_and_each_attempt_is() {
		TestClient client = client().match(this.provider.url() + "/**");
		RestClient rest = rest(client).mutate()
			.requestInterceptor(new RateLimitClientInterceptor(TestClient.limiters(client)))
			.requestInterceptors((interceptors) -> interceptors.add(0, (request, body, execution) -> {
				execution.execute(request, body).close();
				return execution.execute(request, body);
			}))
			.build();
		post(rest).retrieve().body(String.class);
		assertThat(this.provider.bodies()).hasSize(2);
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(2);
	}

	@Test
	void a_request_with_a_higher_priority_overtakes_those_that_are_queued() {
		TestClient client = client().maxConcurrent(1);
		CountDownLatch release = new CountDownLatch(1);
		this.provider.answers((exchange) -> {
			assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
			json(USAGE).give(exchange);
		});
		RestClient rest = rest(client);
		List<CompletableFuture<?>> sent = new ArrayList<>();
		for (String priority : List.of("0", "0", "100")) {
			sent.add(TestThreads.run(() -> rest.post()
				.uri("/v1/chat")
				.attribute(RequestPriority.ATTRIBUTE, new RequestPriority(Integer.parseInt(priority)))
				.contentType(MediaType.APPLICATION_JSON)
				.body(REQUEST.replace("Hello", "Hello from " + priority))
				.retrieve()
				.toBodilessEntity()));
			int started = sent.size();
			await().until(() -> client.inFlight() + client.waiting() == started);
		}
		release.countDown();
		sent.forEach(CompletableFuture::join);
		assertThat(this.provider.bodies()).satisfiesExactly((first) -> assertThat(first).contains("from 0"),
				(second) -> assertThat(second).contains("from 100"), (third) -> assertThat(third).contains("from 0"));
	}

}
