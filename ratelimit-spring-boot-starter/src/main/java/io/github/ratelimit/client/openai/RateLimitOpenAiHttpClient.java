package io.github.ratelimit.client.openai;

import com.openai.core.RequestOptions;
import com.openai.core.http.HttpClient;
import com.openai.core.http.HttpRequest;
import com.openai.core.http.HttpResponse;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LimitedRequests;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * The HTTP client of openai-java, limited:
 * {@code ClientOptions.builder().httpClient(new RateLimitOpenAiHttpClient(httpClient, limiters))}.
 * Every attempt is admitted by itself, those of the SDK's retries too, and its timeout
 * begins when it is sent. Calls that are not sent make the SDK throw its
 * {@code RateLimitException}, without a retry. Thread-safe.
 */
public final class RateLimitOpenAiHttpClient implements HttpClient {

	private final HttpClient client;

	private final OpenAiCalls calls;

	/**
	 * Creates a client that limits the requests whose addresses match.
	 * @param client sends the requests, for example
	 * {@code OkHttpClient.builder().build()} of openai-java-client-okhttp
	 * @param limiters the clients of the configuration
	 */
	public RateLimitOpenAiHttpClient(HttpClient client, ClientLimiters limiters) {
		this(client, new OpenAiCalls(LimitedRequests.matching(limiters)));
	}

	/**
	 * Creates a client that limits all requests.
	 * @param client sends the requests
	 * @param limiter the client of the configuration
	 */
	public RateLimitOpenAiHttpClient(HttpClient client, ClientLimiter limiter) {
		this(client, new OpenAiCalls(LimitedRequests.all(limiter)));
	}

	private RateLimitOpenAiHttpClient(HttpClient client, OpenAiCalls calls) {
		this.client = Objects.requireNonNull(client, "client");
		this.calls = calls;
	}

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
