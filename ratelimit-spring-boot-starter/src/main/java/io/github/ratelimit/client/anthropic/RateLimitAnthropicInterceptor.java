package io.github.ratelimit.client.anthropic;

import com.anthropic.core.RequestOptions;
import com.anthropic.core.http.HttpClient;
import com.anthropic.core.http.HttpRequest;
import com.anthropic.core.http.HttpResponse;
import com.anthropic.core.http.Interceptor;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LimitedRequests;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * Limits the requests of anthropic-java:
 * {@code ClientOptions.builder().addInterceptor(new RateLimitAnthropicInterceptor(limiters))}.
 * Every attempt is admitted by itself, those of the SDK's retries too, and its timeout
 * begins when it is sent. Calls that are not sent make the SDK throw its
 * {@code RateLimitException}, without a retry. Thread-safe.
 * <p>
 * The SDK does not pass the address of a request to interceptors: an application that
 * sets another address than Anthropic's own passes it, or the {@link ClientLimiter}.
 */
public final class RateLimitAnthropicInterceptor implements Interceptor {

	private static final String ANTHROPIC = "https://api.anthropic.com";

	private final AnthropicCalls calls;

	/**
	 * Creates an interceptor that limits the requests whose addresses match.
	 * @param limiters the clients of the configuration
	 */
	public RateLimitAnthropicInterceptor(ClientLimiters limiters) {
		this(limiters, ANTHROPIC);
	}

	/**
	 * Creates an interceptor that limits the requests whose addresses match.
	 * @param limiters the clients of the configuration
	 * @param baseUrl the address that the SDK is configured with
	 */
	public RateLimitAnthropicInterceptor(ClientLimiters limiters, String baseUrl) {
		Objects.requireNonNull(baseUrl, "baseUrl");
		this.calls = new AnthropicCalls(LimitedRequests.matching(limiters), baseUrl);
	}

	/**
	 * Creates an interceptor that limits all requests.
	 * @param limiter the client of the configuration
	 */
	public RateLimitAnthropicInterceptor(ClientLimiter limiter) {
		this.calls = new AnthropicCalls(LimitedRequests.all(limiter), ANTHROPIC);
	}

	@Override
	public HttpClient intercept(HttpClient client) {
		return new LimitedClient(client, this.calls);
	}

	private record LimitedClient(HttpClient client, AnthropicCalls calls) implements HttpClient {

		@Override
		public HttpResponse execute(HttpRequest request, RequestOptions options) {
			return this.calls.execute(request, () -> this.client.execute(request, options));
		}

		@Override
		public CompletableFuture<HttpResponse> executeAsync(HttpRequest request, RequestOptions options) {
			return this.calls.executeAsync(request, (sent) -> this.client.executeAsync(sent, options));
		}

		@Override
		public void close() {
			this.client.close();
		}

	}

}
