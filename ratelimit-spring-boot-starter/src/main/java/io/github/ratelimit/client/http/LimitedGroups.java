package io.github.ratelimit.client.http;

import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LimitedRequests;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;

/**
 * Gives HTTP service groups a {@link LimitedBuilder}, unless the application gives them
 * builders of its own: a group can be given only one, before it is configured.
 */
final class LimitedGroups implements RestClientHttpServiceGroupConfigurer {

	/** Before Boot's configurer, which creates a builder of Spring. */
	private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 9;

	private final ClientLimiters limiters;

	LimitedGroups(ClientLimiters limiters) {
		this.limiters = limiters;
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public void configureGroups(Groups<RestClient.Builder> groups) {
		for (String name : names(groups)) {
			LimitedRequests requests = requests(name);
			if (requests != null) {
				try {
					groups.filterByName(name)
						.forEachClient((group) -> LimitedBuilder.limit(RestClient.builder(), requests));
				}
				catch (IllegalStateException ex) {
					// it has a builder of the application, which customizers limit
				}
			}
		}
	}

	/** Any callback for clients would create the builders. */
	private static List<String> names(Groups<RestClient.Builder> groups) {
		List<String> names = new ArrayList<>();
		groups.forEachProxyFactory((group, factory) -> names.add(group.name()));
		return names;
	}

	/** The group is more exact than the address. */
	private @Nullable LimitedRequests requests(String group) {
		ClientLimiter limiter = this.limiters.ofGroup(group);
		if (limiter != null) {
			return LimitedRequests.all(limiter);
		}
		return this.limiters.isMatching() ? LimitedRequests.matching(this.limiters) : null;
	}

}
