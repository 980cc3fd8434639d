package io.github.ratelimit.sample;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Sleeper;
import com.openai.core.http.Headers;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.services.blocking.chat.ChatCompletionService;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** OpenAI's own SDK as a caller of the sample. */
final class ChatSdk {

	private final String url;

	private final ManualTime time;

	ChatSdk(int port, ManualTime time) {
		this.url = "http://localhost:" + port + "/v1";
		this.time = time;
	}

	/** Creates a client that does not retry. */
	OpenAIClient client(String apiKey) {
		return builder(apiKey).maxRetries(0).build();
	}

	/** Creates the chat of a client that does not retry. */
	ChatCompletionService caller(String apiKey) {
		return client(apiKey).chat().completions();
	}

	/**
	 * Creates the chat of a client that retries twice. It advances the time instead of
	 * waiting.
	 * @param waits receives the waits of the client
	 */
	ChatCompletionService patientCaller(String apiKey, List<Duration> waits) {
		return builder(apiKey).maxRetries(2)
			.sleeper(new AdvancingSleeper(this.time, waits))
			.build()
			.chat()
			.completions();
	}

	private OpenAIOkHttpClient.Builder builder(String apiKey) {
		return OpenAIOkHttpClient.builder().baseUrl(this.url).apiKey(apiKey);
	}

	static ChatCompletionCreateParams.Builder hello() {
		return say("Hello there");
	}

	static ChatCompletionCreateParams.Builder say(String text) {
		return ChatCompletionCreateParams.builder().model("stub").addUserMessage(text);
	}

	static ChatCompletion ask(ChatCompletionService caller, ChatCompletionCreateParams.Builder params) {
		return caller.create(params.build());
	}

	/** Sends a request, and returns the headers of the response. */
	static Headers headersOf(ChatCompletionService caller, ChatCompletionCreateParams.Builder params) {
		try (HttpResponseFor<ChatCompletion> response = caller.withRawResponse().create(params.build())) {
			return response.headers();
		}
	}

	/** Lets a stream end with its usage. */
	static ChatCompletionCreateParams streamed(ChatCompletionCreateParams.Builder params) {
		return params.streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build()).build();
	}

	static List<ChatCompletionChunk> stream(ChatCompletionService caller, ChatCompletionCreateParams.Builder params) {
		try (StreamResponse<ChatCompletionChunk> response = caller.createStreaming(streamed(params))) {
			return response.stream().toList();
		}
	}

	static long totalTokens(List<ChatCompletionChunk> chunks) {
		return chunks.get(chunks.size() - 1).usage().orElseThrow().totalTokens();
	}

	static long totalTokens(ChatCompletion completion) {
		return completion.usage().orElseThrow().totalTokens();
	}

	static String textOf(List<ChatCompletionChunk> chunks) {
		return chunks.stream()
			.flatMap((chunk) -> chunk.choices().stream())
			.map((choice) -> choice.delta().content())
			.flatMap(Optional::stream)
			.collect(Collectors.joining());
	}

	private record AdvancingSleeper(ManualTime time, List<Duration> waits) implements Sleeper {

		@Override
		public void sleep(Duration duration) {
			this.waits.add(duration);
			this.time.advance(duration);
		}

		@Override
		public CompletableFuture<Void> sleepAsync(Duration duration) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void close() {
		}

	}

}
