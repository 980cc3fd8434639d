package io.github.ratelimit.client.http;

import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LimitedRequests;
import io.github.ratelimit.client.OutboundBody;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.provider.usage.ModelRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.support.HttpRequestWrapper;

/**
 * Limits the requests of a {@code RestClient} or {@code RestTemplate}:
 * {@code RestClient.builder().requestInterceptor(new RateLimitClientInterceptor(limiters))}.
 * A queued request holds its thread. One that cannot be sent in time throws a
 * {@link CallRefusedException}. Thread-safe.
 * <p>
 * It should be the last interceptor: it sees the credentials that others add, and each
 * attempt of those that retry. A request that has passed one of these interceptors passes
 * further ones untouched.
 */
public final class RateLimitClientInterceptor implements ClientHttpRequestInterceptor {

	private final LimitedRequests requests;

	/**
	 * Creates an interceptor that limits the requests whose addresses match.
	 * @param limiters the clients of the configuration
	 */
	public RateLimitClientInterceptor(ClientLimiters limiters) {
		this(LimitedRequests.matching(limiters));
	}

	/**
	 * Creates an interceptor that limits all requests.
	 * @param limiter the client of the configuration
	 */
	public RateLimitClientInterceptor(ClientLimiter limiter) {
		this(LimitedRequests.all(limiter));
	}

	/** Creates an interceptor that limits these requests. */
	RateLimitClientInterceptor(LimitedRequests requests) {
		this.requests = requests;
	}

	/** Returns whether the client is chosen by the address of each request. */
	boolean isMatching() {
		return this.requests.isMatching();
	}

	@Override
	public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		ClientLimiter limiter = BlockingCalls.isLimited(request) ? null : match(request);
		return (limiter == null) ? execution.execute(request, body)
				: BlockingCalls.send(limiter, request, new Intercepted(request, body, execution));
	}

	/** Another interceptor may have changed the address, as a load balancer does. */
	private @Nullable ClientLimiter match(HttpRequest request) {
		ClientLimiter limiter = this.requests.match(request.getURI());
		return (limiter == null && request instanceof HttpRequestWrapper changed) ? match(changed.getRequest())
				: limiter;
	}

	@SuppressWarnings("ArrayRecordComponent")
	private record Intercepted(HttpRequest request, byte[] body,
			ClientHttpRequestExecution execution) implements BlockingCalls.Attempt {

		@Override
		public ModelRequest facts() {
			String contentType = this.request.getHeaders().getFirst(OutboundBody.CONTENT_TYPE);
			return (this.body.length == 0 || !OutboundBody.isReadable(contentType)) ? ModelRequest.NONE
					: OutboundBody.facts(this.body, 0, this.body.length);
		}

		@Override
		public ClientHttpResponse send() throws IOException {
			return this.execution.execute(this.request, this.body);
		}

	}

}
