package io.github.ratelimit.client.http;

import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.LimitedRequests;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.http.client.AbstractBufferingClientHttpRequest;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestInitializer;

/**
 * Warns once if the request factory that limits a client was replaced at a builder that
 * {@link LimitedBuilder} cannot see.
 */
final class ReplacedFactoryWarning implements ClientHttpRequestInitializer {

	private static final Log logger = LogFactory.getLog(ReplacedFactoryWarning.class);

	private final LimitedRequests requests;

	private final AtomicBoolean written = new AtomicBoolean();

	ReplacedFactoryWarning(LimitedRequests requests) {
		this.requests = requests;
	}

	/** What is behind interceptors and buffers cannot be seen from here. */
	@Override
	public void initialize(ClientHttpRequest request) {
		if (request instanceof LimitedRequest || request instanceof AbstractBufferingClientHttpRequest) {
			return;
		}
		ClientLimiter limiter = this.requests.match(request.getURI());
		if (limiter != null && !this.written.getAndSet(true)) {
			logger.warn("A RestClient calls " + request.getURI().getHost() + " without the limits of client '"
					+ limiter.name() + "', because the request factory of its builder was replaced. Use the builder "
					+ "that RestClientBuilderConfigurer.configure(...) returns, or set a new "
					+ "RateLimitRequestFactory(requestFactory, limiters) [RL711]");
		}
	}

}
