package io.github.ratelimit.sample;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.RateLimitException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** What users of OpenAI's own SDK see. */
@SampleTest
class ChatSdkTests {

	@Autowired
	private ManualTime time;

	private final String url;

	ChatSdkTests(@LocalServerPort int port) {
		this.url = "http://localhost:" + port + "/v1";
	}

	@BeforeEach
	void refill() {
		this.time.advance(Duration.ofHours(1));
	}

	@Test
	void completionIsRead() {
		ChatCompletion completion = client("sk-sdk-read").chat().completions().create(hello().build()).validate();
		assertThat(completion.choices().get(0).message().content()).hasValue("You said: Hello there");
		assertThat(completion.usage().orElseThrow().totalTokens()).isEqualTo(9);
	}

	@Test
	void eleventhCallRaisesTheSdksOwnRateLimitException() {
		OpenAIClient client = client("sk-sdk-eleven");
		for (int i = 0; i < 10; i++) {
			client.chat().completions().create(hello().build());
		}
		RateLimitException refused = catchThrowableOfType(RateLimitException.class,
				() -> client.chat().completions().create(hello().build()));
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(refused.headers().values("Retry-After")).containsExactly("6");
		assertThat(refused.type()).hasValue("requests");
		assertThat(refused.code()).hasValue("rate_limit_exceeded");
		ChatCompletion other = client("sk-sdk-other").chat().completions().create(hello().build());
		assertThat(other.choices()).hasSize(1);
	}

	@Test
	void streamIsReadToItsEnd() {
		List<ChatCompletionChunk> chunks = stream(client("sk-sdk-stream"));
		chunks.forEach(ChatCompletionChunk::validate);
		assertThat(textOf(chunks)).isEqualTo("You said: Hello there");
		ChatCompletionChunk last = chunks.get(chunks.size() - 1);
		assertThat(last.choices()).isEmpty();
		assertThat(last.usage().orElseThrow().totalTokens()).isEqualTo(9);
	}

	@Test
	void streamCountsAsOneCall() {
		OpenAIClient client = client("sk-sdk-streams");
		for (int i = 0; i < 10; i++) {
			assertThat(textOf(stream(client))).isNotEmpty();
		}
		assertThatExceptionOfType(RateLimitException.class).isThrownBy(() -> stream(client))
			.satisfies((refused) -> assertThat(refused.headers().values("Retry-After")).containsExactly("6"));
	}

	@Test
	void badRequestRaisesTheSdksOwnException() {
		assertThatExceptionOfType(BadRequestException.class)
			.isThrownBy(() -> client("sk-sdk-bad").chat().completions().create(hello().model(" ").build()))
			.satisfies((refused) -> assertThat(refused.param()).hasValue("model"));
	}

	@Test
	void modelsAreListed() {
		assertThat(client("sk-sdk-models").models().list().data()).singleElement()
			.satisfies((model) -> assertThat(model.id()).isEqualTo("stub"));
	}

	private OpenAIClient client(String apiKey) {
		return OpenAIOkHttpClient.builder().baseUrl(this.url).apiKey(apiKey).maxRetries(0).build();
	}

	private static ChatCompletionCreateParams.Builder hello() {
		return ChatCompletionCreateParams.builder().model("stub").addUserMessage("Hello there");
	}

	private static List<ChatCompletionChunk> stream(OpenAIClient client) {
		ChatCompletionCreateParams params = hello()
			.streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
			.build();
		try (StreamResponse<ChatCompletionChunk> response = client.chat().completions().createStreaming(params)) {
			return response.stream().toList();
		}
	}

	private static String textOf(List<ChatCompletionChunk> chunks) {
		return chunks.stream()
			.flatMap((chunk) -> chunk.choices().stream())
			.map((choice) -> choice.delta().content())
			.flatMap(Optional::stream)
			.collect(Collectors.joining());
	}

}
