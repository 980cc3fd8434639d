package io.github.ratelimit.client.http;

import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.LimitedRequests;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/** All that holds for the interceptor holds for the clients of a limited builder. */
class LimitedBuilderTests extends RateLimitClientInterceptorTests {

	@Override
	RestClient.Builder limited(ClientHttpRequestFactory factory, ClientLimiter limiter) {
		return LimitedBuilder.limit(RestClient.builder(), LimitedRequests.all(limiter)).requestFactory(factory);
	}

}
