package io.github.ratelimit.test.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.test.provider.RecordedRequest.Outcome;
import io.github.ratelimit.test.provider.dialect.ProviderDialects;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.ManualClock;
import io.github.ratelimit.test.provider.limits.ProviderLimit;
import io.github.ratelimit.test.provider.limits.ProviderLimits;
import io.github.ratelimit.test.provider.limits.ProviderUsage;
import io.github.ratelimit.test.provider.limits.Settlement;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TestProviderTests {

	private static final String KEY = TestProvider.credential("sk-test");

	private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));

	private ProviderLimits limits(ProviderLimit... limits) {
		return ProviderLimits.builder().clock(this.clock).limits(limits).settlement(Settlement.CORRECT).build();
	}

	@Test
	void limits_are_reported_and_refuse_until_the_clock_advances() {
		try (TestProvider provider = TestProvider.builder()
			.limits(limits(ProviderLimit.requests(2, Duration.ofMinutes(1))))
			.start()) {
			ProviderClient client = new ProviderClient(provider);
			HttpResponse<String> first = client.chat();
			assertThat(first.statusCode()).isEqualTo(200);
			assertThat(first.headers().firstValue("x-ratelimit-remaining-requests")).contains("1");
			assertThat(first.headers().firstValue("x-ratelimit-reset-requests")).contains("30s");
			assertThat(first.headers().firstValue("date")).contains("Thu, 1 Jan 2026 00:00:00 GMT");
			assertThat(client.chat().statusCode()).isEqualTo(200);
			HttpResponse<String> refused = client.chat();
			assertThat(refused.statusCode()).isEqualTo(429);
			assertThat(refused.headers().firstValue("retry-after")).contains("30");
			assertThat(ProviderClient.json(refused).at("/error/code").asString()).isEqualTo("rate_limit_exceeded");
			this.clock.advance(Duration.ofSeconds(30));
			assertThat(client.chat().statusCode()).isEqualTo(200);
			assertThat(provider.requests()).extracting(RecordedRequest::outcome)
				.containsExactly(Outcome.ANSWERED, Outcome.ANSWERED, Outcome.REFUSED, Outcome.ANSWERED);
			assertThat(provider.limits().counts(KEY, "gpt-4o").refused()).isEqualTo(1);
		}
	}

	@Test
	void requests_are_recorded_with_what_a_test_wants_to_know() {
		try (TestProvider provider = TestProvider.builder()
			.limits(limits(ProviderLimit.tokens(1000, Duration.ofMinutes(1))))
			.usage((request) -> new ProviderUsage(request.body().length(), 5))
			.start()) {
			new ProviderClient(provider).post("/v1/chat/completions?x=1", "{\"model\":\"m\",\"max_tokens\":7}");
			RecordedRequest recorded = provider.requests().get(0);
			assertThat(recorded.time()).isEqualTo(this.clock.instant());
			assertThat(recorded.status()).isEqualTo(200);
			assertThat(recorded.charged()).isEqualTo(new ProviderUsage(28, 5));
			TestRequest request = recorded.request();
			assertThat(request.path()).isEqualTo("/v1/chat/completions");
			assertThat(request.model()).isEqualTo("m");
			assertThat(request.maxTokens()).isEqualTo(7);
			assertThat(request.credential()).isEqualTo(KEY).doesNotContain("sk-test");
			assertThat(request.attempt()).isNull();
			provider.reset();
			assertThat(provider.requests()).isEmpty();
		}
	}

	@Test
	void refusals_are_in_the_dialect_of_the_provider() {
		try (TestProvider provider = TestProvider.builder().dialect(ProviderDialects.ANTHROPIC).start()) {
			ProviderClient client = new ProviderClient(provider);
			provider.failNext(1, Fault.throttled(Duration.ofSeconds(17)));
			provider.failNext(1, Fault.overloaded());
			provider.failNext(1, Fault.creditSpent());
			provider.failNext(1, Fault.status(503));
			HttpResponse<String> throttled = client.post("/v1/messages", "{\"model\":\"claude\"}");
			assertThat(throttled.statusCode()).isEqualTo(429);
			assertThat(throttled.headers().firstValue("retry-after")).contains("17");
			assertThat(throttled.headers().firstValue("anthropic-ratelimit-requests-remaining")).contains("0");
			HttpResponse<String> overloaded = client.post("/v1/messages", "{\"model\":\"claude\"}");
			assertThat(overloaded.statusCode()).isEqualTo(529);
			assertThat(ProviderClient.json(overloaded).at("/error/type").asString()).isEqualTo("overloaded_error");
			assertThat(client.post("/v1/messages", "{}").statusCode()).isEqualTo(400);
			assertThat(client.post("/v1/messages", "{}").statusCode()).isEqualTo(503);
			assertThat(client.post("/v1/messages", "{}").statusCode()).isEqualTo(200);
			assertThat(provider.requests()).extracting(RecordedRequest::outcome)
				.containsExactly(Outcome.FAILED, Outcome.FAILED, Outcome.FAILED, Outcome.FAILED, Outcome.ANSWERED);
		}
	}

	@Test
	void an_ordered_refusal_reports_the_wait_in_the_words_of_a_real_one() {
		try (TestProvider provider = TestProvider.builder()
			.limits(limits(ProviderLimit.tokens(30000, Duration.ofMinutes(1))))
			.start()) {
			provider.failNext(1, Fault.throttled(Duration.ofMillis(6500)));
			HttpResponse<String> refused = new ProviderClient(provider).chat();
			assertThat(ProviderClient.json(refused).at("/error/message").asString())
				.contains("on tokens per min (TPM): Limit 30000, Used 30000, Requested 1. Please try again in 6.5s.");
			assertThat(refused.headers().firstValue("retry-after-ms")).contains("6500");
			assertThat(provider.limits().states(KEY, "gpt-4o").get(0).remaining()).isEqualTo(30000);
		}
	}

	@Test
	void headers_report_the_limits_at_admission_or_when_the_head_is_sent() throws Exception {
		for (boolean ofHead : new boolean[] { false, true }) {
			try (TestProvider provider = TestProvider.builder()
				.limits(limits(ProviderLimit.requests(10, Duration.ofMinutes(1))))
				.limitsOfHead(ofHead)
				.responseDelay((request) -> Duration.ofMillis(request.path().contains("slow") ? 1000 : 0))
				.start()) {
				ProviderClient client = new ProviderClient(provider);
				CompletableFuture<HttpResponse<String>> slow = CompletableFuture.supplyAsync(
						() -> client.post("/slow/chat/completions", "{\"model\":\"gpt-4o\"}"),
						(task) -> new Thread(task).start());
				ProviderClient.await(() -> provider.requests().size() == 1);
				client.chat();
				assertThat(slow.get().headers().firstValue("x-ratelimit-remaining-requests"))
					.contains(ofHead ? "8" : "9");
			}
		}
	}

	@Test
	void the_head_comes_at_once_where_it_is_early() throws Exception {
		try (TestProvider provider = TestProvider.builder()
			.headEarly(true)
			.responseDelay((request) -> Duration.ofHours(1))
			.start()) {
			HttpResponse<?> response = new ProviderClient(provider).chatStream();
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(provider.requests().get(0).outcome()).isEqualTo(Outcome.IN_PROGRESS);
		}
	}

	@Test
	void headers_can_be_taken_away_and_written_differently() {
		try (TestProvider provider = TestProvider.builder()
			.limits(limits(ProviderLimit.requests(1, Duration.ofMinutes(1))))
			.headers((headers) -> {
				headers.remove("retry-after-ms");
				headers.computeIfPresent("retry-after", (name, seconds) -> "Thu, 1 Jan 2026 00:01:00 GMT");
				return headers;
			})
			.start()) {
			ProviderClient client = new ProviderClient(provider);
			client.chat();
			HttpResponse<String> refused = client.chat();
			assertThat(refused.headers().firstValue("retry-after-ms")).isEmpty();
			assertThat(refused.headers().firstValue("retry-after")).contains("Thu, 1 Jan 2026 00:01:00 GMT");
		}
	}

	@Test
	void hundreds_of_requests_wait_on_one_thread() throws Exception {
		try (TestProvider provider = TestProvider.builder()
			.responseDelay((request) -> Duration.ofMillis(300))
			.start()) {
			ProviderClient client = new ProviderClient(provider);
			List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 300)
				.mapToObj((i) -> client.chatAsync())
				.toList();
			ProviderClient.await(() -> provider.requests().size() == 300);
			assertThat(threads(provider)).hasSize(1);
			for (CompletableFuture<HttpResponse<String>> answer : answers) {
				assertThat(answer.get().statusCode()).isEqualTo(200);
			}
		}
	}

	@Test
	void a_mistake_in_a_function_is_answered_500_and_ends_nothing() {
		try (TestProvider provider = TestProvider.builder().usage((request) -> {
			throw new IllegalStateException("a mistake");
		}).start()) {
			ProviderClient client = new ProviderClient(provider);
			for (int i = 0; i < 2; i++) {
				HttpResponse<String> response = client.chat();
				assertThat(response.statusCode()).isEqualTo(500);
				assertThat(response.body()).contains("a mistake");
			}
		}
	}

	@Test
	void a_provider_listens_to_the_loopback_interface_alone() throws Exception {
		try (TestProvider provider = TestProvider.builder().start()) {
			int port = provider.uri().getPort();
			new Socket(InetAddress.getByName("127.0.0.1"), port).close();
			for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
				for (InetAddress address : network.inetAddresses().toList()) {
					if (!address.isLoopbackAddress()) {
						assertThatExceptionOfType(ConnectException.class)
							.isThrownBy(() -> new Socket(address, port).close());
					}
				}
			}
		}
	}

	@Test
	void closing_ends_the_thread_the_port_and_the_connections() {
		TestProvider provider = TestProvider.builder().start();
		provider.failNext(1, Fault.hang());
		ProviderClient client = new ProviderClient(provider);
		CompletableFuture<?> hanging = client.chatAsync();
		ProviderClient.await(() -> provider.requests().size() == 1);
		provider.close();
		assertThat(hanging).failsWithin(Duration.ofSeconds(20));
		assertThat(threads(provider)).isEmpty();
		assertThatExceptionOfType(ConnectException.class)
			.isThrownBy(() -> new Socket("127.0.0.1", provider.uri().getPort()).close());
		provider.close();
	}

	@Test
	void the_counts_show_how_much_of_the_quota_was_used() {
		try (TestProvider provider = TestProvider.builder()
			.limits(limits(ProviderLimit.tokens(100, Duration.ofMinutes(1))))
			.usage((request) -> new ProviderUsage(40, 10))
			.start()) {
			ProviderClient client = new ProviderClient(provider);
			client.chat();
			this.clock.advance(Duration.ofMinutes(1));
			client.chat();
			assertThat(provider.limits().counts(KEY, "gpt-4o").of(LimitedUnit.TOKENS).usedShare()).isEqualTo(0.5);
		}
	}

	private static List<Thread> threads(TestProvider provider) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("test-provider-" + provider.uri().getPort()))
			.toList();
	}

}
