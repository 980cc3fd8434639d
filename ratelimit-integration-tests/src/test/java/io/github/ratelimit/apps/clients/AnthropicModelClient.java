package io.github.ratelimit.apps.clients;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.RequestOptions;
import com.anthropic.core.http.HttpClient;
import com.anthropic.core.http.HttpMethod;
import com.anthropic.core.http.HttpRequest;
import com.anthropic.core.http.HttpResponse;
import com.anthropic.core.http.Interceptor;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.RateLimitException;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import io.github.ratelimit.client.anthropic.RateLimitAnthropicInterceptor;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;

/** anthropic-java. */
final class AnthropicModelClient implements ModelClient {

	private static final MessageCreateParams PARAMS = MessageCreateParams.builder()
		.model("m")
		.maxTokens(100)
		.addUserMessage("Say hello")
		.build();

	private final AnthropicClient client;

	private final String url;

	private HttpClient http;

	AnthropicModelClient(Setup setup) {
		this.url = setup.uri().toString();
		Interceptor interceptor = new RateLimitAnthropicInterceptor(setup.limiters(), this.url);
		this.client = AnthropicOkHttpClient.builder().addInterceptor((next) -> {
			this.http = interceptor.intercept(next);
			return this.http;
		}).baseUrl(this.url).apiKey("key").timeout(setup.timeout()).maxRetries(setup.maxRetries()).build();
	}

	@Override
	public String ask() {
		return text(this.client.messages().create(PARAMS));
	}

	@Override
	public CompletableFuture<String> askAsync() {
		return answer().thenApply(AnthropicModelClient::text);
	}

	@Override
	public CompletableFuture<Message> answer() {
		return this.client.async().messages().create(PARAMS);
	}

	private static String text(Message message) {
		return message.content().get(0).asText().text();
	}

	@Override
	@SuppressWarnings("MustBeClosedChecker")
	public Pieces stream() {
		StreamResponse<RawMessageStreamEvent> response = this.client.messages().createStreaming(PARAMS);
		Iterator<RawMessageStreamEvent> events = response.stream().iterator();
		return new Pieces() {

			@Override
			public String next() {
				while (events.hasNext()) {
					RawMessageStreamEvent event = events.next();
					if (event.isContentBlockDelta()) {
						return event.asContentBlockDelta().delta().asText().text();
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
