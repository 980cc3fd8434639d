package io.github.ratelimit.client.reactive;

import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import java.util.List;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;

/**
 * Limits the clients that an application takes from Spring Boot's builders: requests by
 * their addresses, and HTTP service groups by their names. Its method serves as Boot's
 * customizer. The clients are limited after all filters of the application, whenever
 * these are added.
 */
public final class WebClientCustomizers implements WebClientHttpServiceGroupConfigurer {

	private final ClientLimiters limiters;

	/**
	 * Creates customizers.
	 * @param limiters the clients of the configuration
	 */
	public WebClientCustomizers(ClientLimiters limiters) {
		this.limiters = limiters;
	}

	/**
	 * Limits the requests of a client by their addresses.
	 * @param builder builds the client
	 */
	public void customize(WebClient.Builder builder) {
		if (this.limiters.isMatching()) {
			builder.filters(new LastFilter(new RateLimitExchangeFilter(this.limiters))::addTo);
		}
	}

	/** Limits each group by the client of its name that has no addresses of its own. */
	@Override
	public void configureGroups(Groups<WebClient.Builder> groups) {
		groups.forEachClient((group, builder) -> {
			ClientLimiter limiter = this.limiters.ofGroup(group.name());
			if (limiter != null) {
				builder.filters((filters) -> addForGroup(filters, limiter));
			}
		});
	}

	/** The group takes precedence over the address. */
	private static void addForGroup(List<ExchangeFilterFunction> filters, ClientLimiter limiter) {
		filters.removeIf((filter) -> (filter instanceof LastFilter last && last.isMatching())
				|| (filter instanceof RateLimitExchangeFilter other && other.isMatching()));
		new LastFilter(new RateLimitExchangeFilter(limiter)).addTo(filters);
	}

}
