package io.github.ratelimit.client.http;

import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LimitedRequests;
import java.util.List;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;

/**
 * Limits the clients that an application takes from Spring Boot's builders: requests by
 * their addresses, and HTTP service groups by their names. Builders are replaced by
 * limited ones. Where that is not possible, its methods serve as Boot's customizers,
 * which should be the last ones.
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
	 * Limits the requests of a builder's clients by their addresses, whatever is set at
	 * the builder that is returned.
	 * @param builder builds the clients
	 * @return the builder to use in place of it
	 */
	public RestClient.Builder limit(RestClient.Builder builder) {
		return (this.limiters.isMatching() && LimitedBuilder.requests(builder) == null)
				? LimitedBuilder.limit(builder, LimitedRequests.matching(this.limiters)) : builder;
	}

	/**
	 * Returns a template whose requests are limited by their addresses, whatever is set
	 * at it.
	 * @return a new template with Spring's defaults
	 */
	public RestTemplate template() {
		return this.limiters.isMatching() ? new LimitedRestTemplate(LimitedRequests.matching(this.limiters))
				: new RestTemplate();
	}

	/**
	 * Returns what gives HTTP service groups limited builders.
	 * @return the configurer, which has to be the first
	 */
	public RestClientHttpServiceGroupConfigurer limitedGroups() {
		return new LimitedGroups(this.limiters);
	}

	/**
	 * Limits the requests of a client by their addresses, if its builder does not.
	 * @param builder builds the client
	 */
	public void customize(RestClient.Builder builder) {
		if (this.limiters.isMatching() && LimitedBuilder.requests(builder) == null) {
			builder.requestInterceptor(new RateLimitClientInterceptor(this.limiters));
		}
	}

	/**
	 * Limits the requests of a client by their addresses, if it is none of
	 * {@link #template()}.
	 * @param client the client
	 */
	public void customize(RestTemplate client) {
		if (this.limiters.isMatching() && !(client instanceof LimitedRestTemplate)) {
			client.getInterceptors().add(new RateLimitClientInterceptor(this.limiters));
		}
	}

	/**
	 * Limits each group by the client of its name that has no addresses of its own, if
	 * its builder does not.
	 */
	@Override
	public void configureGroups(Groups<RestClient.Builder> groups) {
		groups.forEachClient((group, builder) -> {
			ClientLimiter limiter = this.limiters.ofGroup(group.name());
			LimitedRequests requests = LimitedBuilder.requests(builder);
			if (limiter != null && (requests == null || requests.isMatching())) {
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
