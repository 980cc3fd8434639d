package io.github.ratelimit.client.http;

import java.util.List;

import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;

/**
 * Limits the clients that an application takes from Spring Boot's builders: requests by
 * their addresses, and HTTP service groups by their names. Its methods serve as Boot's
 * customizers, which should be the last ones.
 */
public final class RestClientCustomizers implements RestClientHttpServiceGroupConfigurer {

	private final ClientLimiters limiters;

	/**
	 * Creates customizers.
	 * @param limiters the clients of the configuration
	 */
	public RestClientCustomizers(ClientLimiters limiters) {
		this.limiters = limiters;
	}

	/**
	 * Limits the requests of a client by their addresses.
	 * @param builder builds the client
	 */
	public void customize(RestClient.Builder builder) {
		builder.requestInterceptors(this::addMatching);
	}

	/**
	 * Limits the requests of a client by their addresses.
	 * @param client the client
	 */
	public void customize(RestTemplate client) {
		addMatching(client.getInterceptors());
	}

	/** A client without any address to match must not have its requests buffered. */
	private void addMatching(List<ClientHttpRequestInterceptor> interceptors) {
		if (this.limiters.isMatching()) {
			interceptors.add(new RateLimitClientInterceptor(this.limiters));
		}
	}

	/** Limits each group by the client of its name that has no addresses of its own. */
	@Override
	public void configureGroups(Groups<RestClient.Builder> groups) {
		groups.forEachClient((group, builder) -> {
			ClientLimiter limiter = this.limiters.ofGroup(group.name());
			if (limiter != null) {
				builder.requestInterceptors((interceptors) -> addForGroup(interceptors, limiter));
			}
		});
	}

	/** The group is more exact than the address. */
	private static void addForGroup(List<ClientHttpRequestInterceptor> interceptors, ClientLimiter limiter) {
		interceptors
			.removeIf((interceptor) -> interceptor instanceof RateLimitClientInterceptor other && other.isMatching());
		interceptors.add(new RateLimitClientInterceptor(limiter));
	}

}
