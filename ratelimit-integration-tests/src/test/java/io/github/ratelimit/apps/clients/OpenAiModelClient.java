package io.github.ratelimit.apps.clients;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientImpl;
import com.openai.client.okhttp.OkHttpClient;
import com.openai.core.ClientOptions;
import com.openai.core.RequestOptions;
import com.openai.core.http.HttpClient;
import com.openai.core.http.HttpMethod;
import com.openai.core.http.HttpRequest;
import com.openai.core.http.HttpResponse;
import com.openai.core.http.StreamResponse;
import com.openai.errors.RateLimitException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import io.github.ratelimit.client.openai.RateLimitOpenAiHttpClient;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;

/** openai-java. */
final class OpenAiModelClient implements ModelClient {

	private static final ChatCompletionCreateParams PARAMS = ChatCompletionCreateParams.builder()
		.model("m")
		.maxCompletionTokens(100)
		.addUserMessage("Say hello")
		.build();

	private final HttpClient http;

	private final OpenAIClient client;

	private final String url;

	OpenAiModelClient(Setup setup) {
		this.http = new RateLimitOpenAiHttpClient(OkHttpClient.builder().timeout(setup.timeout()).build(),
				setup.limiters());
		this.url = setup.uri() + "/v1";
		this.client = new OpenAIClientImpl(ClientOptions.builder()
			.httpClient(this.http)
			.baseUrl(this.url)
			.apiKey("key")
			.timeout(setup.timeout())
			.maxRetries(setup.maxRetries())
			.build());
	}

	@Override
	public String ask() {
		return text(this.client.chat().completions().create(PARAMS));
	}

	@Override
	public CompletableFuture<String> askAsync() {
		return answer().thenApply(OpenAiModelClient::text);
	}

	@Override
	public CompletableFuture<ChatCompletion> answer() {
		return this.client.async().chat().completions().create(PARAMS);
	}

	private static String text(ChatCompletion completion) {
		return completion.choices().get(0).message().content().orElseThrow();
	}

	@Override
	@SuppressWarnings("MustBeClosedChecker")
	public Pieces stream() {
		StreamResponse<ChatCompletionChunk> response = this.client.chat().completions().createStreaming(PARAMS);
		Iterator<ChatCompletionChunk> chunks = response.stream().iterator();
		return new Pieces() {

			@Override
			public String next() {
				while (chunks.hasNext()) {
					ChatCompletionChunk chunk = chunks.next();
					if (!chunk.choices().isEmpty()) {
						return chunk.choices().get(0).delta().content().orElseThrow();
					}
				}
				return null;
			}

			@Override
			public void close() {
				response.close();
			}

		};
	}

	@Override
	public CompletableFuture<HttpResponse> send() {
		return this.http.executeAsync(HttpRequest.builder().method(HttpMethod.GET).baseUrl(this.url).build(),
				RequestOptions.none());
	}

	@Override
	public String retryAfter(Throwable failure) {
		return (failure instanceof RateLimitException limit) ? String.join("", limit.headers().values("Retry-After"))
				: null;
	}

	@Override
	public void close() {
		this.client.close();
	}

}
