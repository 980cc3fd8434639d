package io.github.ratelimit.client.http;

import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LimitedRequests;
import io.github.ratelimit.governor.CallRefusedException;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * Limits the requests of a {@code RestClient} or {@code RestTemplate}, as
 * {@link RateLimitClientInterceptor} does:
 * {@code RestClient.builder().requestFactory(new RateLimitRequestFactory(factory, limiters))}.
 * A queued request holds its thread. One that cannot be sent in time throws a
 * {@link CallRefusedException}. Thread-safe.
 * <p>
 * It costs less than an interceptor, for which Spring copies each request, and it always
 * sees the credentials that interceptors add. The memory of bodies is used again after
 * their responses, so the streams of the requests below must not keep the arrays that are
 * written to them. Those of Spring's factories do not.
 */
public final class RateLimitRequestFactory implements ClientHttpRequestFactory {

	private final ClientHttpRequestFactory factory;

	private final LimitedRequests requests;

	/**
	 * Creates a factory that limits the requests whose addresses match.
	 * @param factory creates the requests
	 * @param limiters the clients of the configuration
	 */
	public RateLimitRequestFactory(ClientHttpRequestFactory factory, ClientLimiters limiters) {
		this(factory, LimitedRequests.matching(limiters));
	}

	/**
	 * Creates a factory that limits all requests.
	 * @param factory creates the requests
	 * @param limiter the client of the configuration
	 */
	public RateLimitRequestFactory(ClientHttpRequestFactory factory, ClientLimiter limiter) {
		this(factory, LimitedRequests.all(limiter));
	}

	/** Creates a factory that limits these requests. */
	RateLimitRequestFactory(ClientHttpRequestFactory factory, LimitedRequests requests) {
		this.factory = Objects.requireNonNull(factory, "factory");
		this.requests = requests;
	}

	@Override
	public ClientHttpRequest createRequest(URI uri, HttpMethod method) throws IOException {
		ClientHttpRequest request = this.factory.createRequest(uri, method);
		ClientLimiter limiter = this.requests.match(uri);
		return (limiter != null) ? new LimitedRequest(request, limiter, this.factory) : request;
	}

}
