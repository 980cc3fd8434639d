package io.github.ratelimit.test.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ratelimit.test.provider.RecordedRequest.Outcome;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.ProviderLimit;
import io.github.ratelimit.test.provider.limits.ProviderLimits;
import io.github.ratelimit.test.provider.limits.ProviderUsage;
import io.github.ratelimit.test.provider.limits.Settlement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The shapes of answers and streams, and what breaks off in their middle. */
class ProviderStreamsTests {

	private static final String KEY = TestProvider.credential("sk-test");

	private static TestProviderBuilder builder() {
		return TestProvider.builder().usage((request) -> new ProviderUsage(11, 40)).text("One ", "two ", "three.");
	}

	@Test
	void answers_have_the_text_and_the_usage_of_each_api() {
		try (TestProvider provider = builder().start()) {
			ProviderClient client = new ProviderClient(provider);
			JsonNode chat = ProviderClient.json(client.chat());
			assertThat(chat.at("/choices/0/message/content").asString()).isEqualTo("One two three.");
			assertThat(chat.at("/usage/total_tokens").asInt()).isEqualTo(51);
			JsonNode response = ProviderClient.json(client.post("/v1/responses", "{\"model\":\"gpt-5\"}"));
			assertThat(response.at("/output/0/content/0/text").asString()).isEqualTo("One two three.");
			assertThat(response.at("/usage/output_tokens").asInt()).isEqualTo(40);
			JsonNode message = ProviderClient.json(client.post("/v1/messages", "{\"model\":\"claude\"}"));
			assertThat(message.at("/content/0/text").asString()).isEqualTo("One two three.");
			assertThat(message.at("/usage/input_tokens").asInt()).isEqualTo(11);
			JsonNode content = ProviderClient.json(client.post("/v1beta/models/gemini-2.5-pro:generateContent", "{}"));
			assertThat(content.at("/candidates/0/content/parts/0/text").asString()).isEqualTo("One two three.");
			assertThat(content.at("/usageMetadata/totalTokenCount").asInt()).isEqualTo(51);
			JsonNode other = ProviderClient.json(client.post("/anything?a=b", "no JSON"));
			assertThat(other.at("/usage/total_tokens").asInt()).isEqualTo(51);
			client.post("/openai/deployments/mine/chat/completions?api-version=1", "{\"model\":\"gpt-4o\"}");
			assertThat(provider.requests()).extracting((recorded) -> recorded.request().model())
				.containsExactly("gpt-4o", "gpt-5", "claude", "gemini-2.5-pro", "unknown", "mine");
		}
	}

	@Test
	void a_chat_stream_ends_with_the_usage_where_it_is_asked_for() throws Exception {
		try (TestProvider provider = builder().start()) {
			ProviderClient client = new ProviderClient(provider);
			String body = "{\"model\":\"gpt-4o\",\"stream\":true,\"stream_options\":{\"include_usage\": true}}";
			List<String> data = data(client.stream("/v1/chat/completions", body).body());
			assertThat(data).last().isEqualTo("[DONE]");
			JsonNode usage = ProviderClient.JSON.readTree(data.get(data.size() - 2));
			assertThat(usage.at("/choices").isEmpty()).isTrue();
			assertThat(usage.at("/usage/completion_tokens").asInt()).isEqualTo(40);
			assertThat(text(data.subList(0, data.size() - 2), "/choices/0/delta/content")).isEqualTo("One two three.");
			assertThat(data(client.chatStream().body())).noneMatch((event) -> event.contains("usage"));
		}
	}

	@Test
	void streams_have_the_events_of_each_api() throws Exception {
		try (TestProvider provider = builder().start()) {
			ProviderClient client = new ProviderClient(provider);
			String body = "{\"model\":\"m\",\"stream\":true}";
			List<String> message = data(client.stream("/v1/messages", body).body());
			assertThat(ProviderClient.JSON.readTree(message.get(0)).at("/message/usage/input_tokens").asInt())
				.isEqualTo(11);
			assertThat(text(message, "/delta/text")).isEqualTo("One two three.");
			assertThat(ProviderClient.JSON.readTree(message.get(message.size() - 2)).at("/usage/output_tokens").asInt())
				.isEqualTo(40);
			List<String> response = data(client.stream("/v1/responses", body).body());
			assertThat(text(response, "/delta")).isEqualTo("One two three.");
			assertThat(ProviderClient.JSON.readTree(response.get(response.size() - 1))
				.at("/response/usage/total_tokens")
				.asInt()).isEqualTo(51);
			List<String> content = data(
					client.stream("/v1beta/models/gemini:streamGenerateContent?alt=sse", "{}").body());
			assertThat(text(content, "/candidates/0/content/parts/0/text")).isEqualTo("One two three.");
		}
	}

	@Test
	void the_events_of_a_stream_come_one_by_one() throws Exception {
		try (TestProvider provider = builder().eventDelay(Duration.ofMillis(50)).start()) {
			long start = System.nanoTime();
			Iterator<String> lines = new ProviderClient(provider).chatStream().body().iterator();
			assertThat(lines.next()).startsWith("data: ");
			assertThat(provider.requests().get(0).outcome()).isEqualTo(Outcome.IN_PROGRESS);
			lines.forEachRemaining((line) -> {
			});
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(250));
			assertThat(provider.requests().get(0).outcome()).isEqualTo(Outcome.ANSWERED);
		}
	}

	@Test
	void a_cancelled_stream_is_charged_what_was_delivered_of_it() throws Exception {
		ProviderLimits limits = ProviderLimits.builder()
			.limits(ProviderLimit.inputTokens(1000, Duration.ofDays(1)),
					ProviderLimit.outputTokens(1000, Duration.ofDays(1)))
			.maxConcurrent(1)
			.settlement(Settlement.CORRECT)
			.build();
		String[] pieces = "x".repeat(37).split("");
		try (TestProvider provider = builder().limits(limits).text(pieces).eventDelay(Duration.ofMillis(20)).start()) {
			ProviderClient client = new ProviderClient(provider);
			try (Stream<String> lines = client.chatStream().body()) {
				assertThat(lines.iterator().next()).startsWith("data: ");
				assertThat(client.chat().statusCode()).isEqualTo(429);
			}
			ProviderClient.await(() -> provider.requests().get(0).outcome() == Outcome.CANCELLED);
			assertThat(limits.counts(KEY, "gpt-4o").of(LimitedUnit.INPUT_TOKENS).charged()).isEqualTo(11);
			assertThat(limits.counts(KEY, "gpt-4o").of(LimitedUnit.OUTPUT_TOKENS).charged()).isBetween(1L, 39L);
			assertThat(client.chat().statusCode()).isEqualTo(200);
		}
	}

	@Test
	void a_stream_breaks_off_where_it_is_ordered() throws Exception {
		try (TestProvider provider = builder().eventDelay(Duration.ofMillis(200)).start()) {
			ProviderClient client = new ProviderClient(provider);
			provider.failNext(1, Fault.dropInBody(2));
			List<String> received = new ArrayList<>();
			HttpResponse<Stream<String>> response = client.chatStream();
			assertThat(response.statusCode()).isEqualTo(200);
			assertThatExceptionOfType(UncheckedIOException.class)
				.isThrownBy(() -> response.body().filter((line) -> !line.isEmpty()).forEach(received::add));
			assertThat(received).hasSize(2);
			assertThat(provider.requests().get(0).outcome()).isEqualTo(Outcome.FAILED);
			provider.failNext(1, Fault.dropInBody(0));
			assertThatThrownBy(client::chat).isInstanceOf(UncheckedIOException.class);
			assertThat(client.chat().statusCode()).isEqualTo(200);
		}
	}

	@Test
	void a_connection_that_is_dropped_before_the_head_is_charged() {
		ProviderLimits limits = ProviderLimits.builder()
			.limits(ProviderLimit.requests(1000, Duration.ofDays(1)))
			.maxConcurrent(1)
			.build();
		try (TestProvider provider = builder().limits(limits).start()) {
			ProviderClient client = new ProviderClient(provider);
			client.chat();
			provider.failNext(1, Fault.dropBeforeHead());
			assertThatThrownBy(client::chat).hasCauseInstanceOf(IOException.class);
			RecordedRequest dropped = provider.requests().get(1);
			assertThat(dropped.outcome()).isEqualTo(Outcome.FAILED);
			assertThat(dropped.status()).isZero();
			assertThat(limits.counts(KEY, "gpt-4o").of(LimitedUnit.REQUESTS).charged()).isGreaterThanOrEqualTo(2);
			assertThat(client.chat().statusCode()).isEqualTo(200);
		}
	}

	@Test
	void a_slow_answer_is_late_but_complete() {
		try (TestProvider provider = builder().start()) {
			provider.failNext(1, Fault.slow(Duration.ofMillis(100)));
			long start = System.nanoTime();
			assertThat(new ProviderClient(provider).chat().statusCode()).isEqualTo(200);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
			assertThat(provider.requests().get(0).outcome()).isEqualTo(Outcome.ANSWERED);
		}
	}

	private static List<String> data(Stream<String> lines) {
		return lines.filter((line) -> line.startsWith("data: ")).map((line) -> line.substring(6)).toList();
	}

	private static String text(List<String> data, String pointer) {
		StringBuilder text = new StringBuilder();
		for (String event : data) {
			JsonNode node = ProviderClient.JSON.readTree(event).at(pointer);
			text.append(node.isString() ? node.asString() : "");
		}
		return text.toString();
	}

}
