package io.github.ratelimit.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The chat API without regard to its limits. */
@SampleTest
class ChatApiTests {

	@Autowired
	private ManualTime time;

	private final SampleClient client;

	ChatApiTests(@LocalServerPort int port) {
		this.client = new SampleClient(port);
	}

	@BeforeEach
	void refill() {
		this.time.advance(Duration.ofHours(1));
	}

	@Test
	void aCompletionRepeatsTheLastUserMessage() {
		JsonNode completion = SampleClient.json(chat("""
				{"model": "any", "messages": [
					{"role": "system", "content": "Be kind."},
					{"role": "user", "content": "First"},
					{"role": "assistant", "content": null, "tool_calls": []},
					{"role": "user", "content": "Second"},
					{"role": "assistant", "content": "Third"}]}"""));
		assertThat(completion.get("object").asString()).isEqualTo("chat.completion");
		assertThat(completion.get("model").asString()).isEqualTo("any");
		assertThat(completion.get("id").asString()).startsWith("chatcmpl-");
		JsonNode choice = completion.get("choices").get(0);
		assertThat(choice.get("message").get("role").asString()).isEqualTo("assistant");
		assertThat(choice.get("message").get("content").asString()).isEqualTo("You said: Second");
		assertThat(choice.get("finish_reason").asString()).isEqualTo("stop");
	}

	@Test
	void contentMayComeInParts() {
		JsonNode completion = SampleClient.json(chat("""
				{"model": "stub", "messages": [{"role": "user", "content": [
					{"type": "text", "text": "What is"},
					{"type": "image_url", "image_url": {"url": "data:"}},
					{"type": "text", "text": "this?"}]}]}"""));
		assertThat(completion.get("choices").get(0).get("message").get("content").asString())
			.isEqualTo("You said: What is this?");
	}

	@Test
	void usageIsAQuarterOfTheBytes() {
		JsonNode usage = SampleClient.json(chat("""
				{"model": "stub", "messages": [{"role": "user", "content": "日本"}]}""")).get("usage");
		assertThat(usage.get("prompt_tokens").asInt()).isEqualTo(2);
		assertThat(usage.get("completion_tokens").asInt()).isEqualTo(4);
		assertThat(usage.get("total_tokens").asInt()).isEqualTo(6);
	}

	@Test
	void aStreamHasOpenAisFormat() {
		HttpResponse<String> response = chat("""
				{"model": "stub", "stream": true, "messages": [{"role": "user", "content": "Hi"}]}""");
		assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
		List<String> events = List.of(response.body().split("\n\n"));
		assertThat(events).hasSize(6).allMatch((event) -> event.startsWith("data: ")).last().isEqualTo("data: [DONE]");
		assertThat(choices(events)).containsExactly(
				"[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,\"finish_reason\":null}]",
				"[{\"index\":0,\"delta\":{\"content\":\"You\"},\"logprobs\":null,\"finish_reason\":null}]",
				"[{\"index\":0,\"delta\":{\"content\":\" said:\"},\"logprobs\":null,\"finish_reason\":null}]",
				"[{\"index\":0,\"delta\":{\"content\":\" Hi\"},\"logprobs\":null,\"finish_reason\":null}]",
				"[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"stop\"}]");
		assertThat(response.body()).doesNotContain("usage");
	}

	@Test
	void aStreamEndsWithItsUsageOnRequest() {
		HttpResponse<String> response = chat("""
				{"model": "stub", "stream": true, "stream_options": {"include_usage": true},
				 "messages": [{"role": "user", "content": "Hi"}]}""");
		List<String> events = List.of(response.body().split("\n\n"));
		assertThat(events).hasSize(7);
		assertThat(events.subList(0, 5)).allMatch((event) -> event.endsWith(",\"usage\":null}"));
		assertThat(events.get(5)).endsWith(
				"\"choices\":[]," + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":3,\"total_tokens\":4}}");
		assertThat(events.get(6)).isEqualTo("data: [DONE]");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{", "[]", "null", "\"text\"", "5", "{\"model\":{}}",
			"{\"model\":\"stub\",\"messages\":\"Hello\"}",
			"{\"model\":\"stub\",\"messages\":[{\"role\":\"user\"}],\"stream\":\"perhaps\"}" })
	void aBodyThatIsNotAChatRequestIsRejected(String body) {
		HttpResponse<String> response = chat(body);
		assertThat(response.statusCode()).isEqualTo(400);
		JsonNode error = SampleClient.json(response).get("error");
		assertThat(error.get("type").asString()).isEqualTo("invalid_request_error");
		assertThat(error.get("message").asString()).isEqualTo("The body is not a chat request in JSON.");
		assertThat(error.has("param")).isTrue();
		assertThat(error.has("code")).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{}                                                     | model
			{"model": "", "messages": [{"role": "user"}]}          | model
			{"model": "stub"}                                      | messages
			{"model": "stub", "messages": []}                      | messages
			{"model": "stub", "messages": [null]}                  | messages
			{"model": "stub", "messages": [{"content": "Hello"}]}  | messages
			{"model": "stub", "messages": [{"role": "user"}], "n": 0} | n
			{"model": "stub", "messages": [{"role": "user"}], "n": 9} | n
			{"model": "stub", "messages": [{"role": "user"}], "max_tokens": 0} | max_tokens
			{"model": "stub", "messages": [{"role": "user"}], "max_completion_tokens": -1} | max_completion_tokens
			""")
	void anInvalidChatRequestIsRejectedWithItsParameter(String body, String param) {
		HttpResponse<String> response = chat(body);
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(SampleClient.json(response).get("error").get("param").asString()).isEqualTo(param);
	}

	@Test
	void otherErrorsBelowV1HaveOpenAisFormatToo() {
		HttpResponse<String> unknown = this.client.get("/v1/nowhere");
		assertThat(unknown.statusCode()).isEqualTo(404);
		assertThat(SampleClient.json(unknown).get("error").get("type").asString()).isEqualTo("invalid_request_error");
		HttpResponse<String> wrongMethod = this.client.get("/v1/chat/completions");
		assertThat(wrongMethod.statusCode()).isEqualTo(405);
		assertThat(SampleClient.json(wrongMethod).has("error")).isTrue();
	}

	@Test
	void errorsElsewhereAreProblemDetails() {
		HttpResponse<String> unknown = this.client.get("/nowhere");
		assertThat(unknown.statusCode()).isEqualTo(404);
		assertThat(unknown.headers().firstValue("Content-Type")).hasValue("application/problem+json");
	}

	private HttpResponse<String> chat(String body) {
		return this.client.chat(body, "X-API-Key", "sk-api");
	}

	private static List<String> choices(List<String> events) {
		return events.stream()
			.filter((event) -> !event.endsWith("[DONE]"))
			.map((event) -> JsonMapper.shared().readTree(event.substring("data: ".length())).get("choices").toString())
			.toList();
	}

}
