package io.github.ratelimit.autoconfigure.endpoint;

import java.util.LinkedHashSet;
import java.util.Set;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Properties of the {@code ratelimits} endpoint.
 */
@ConfigurationProperties("management.endpoint.ratelimits")
public class RateLimitsEndpointProperties {

	/**
	 * When to show addresses and names of users as they are. Values of headers, cookies
	 * and parameters are always masked.
	 */
	private Show showValues = Show.NEVER;

	/**
	 * Roles used to determine whether a user is authorized to be shown values. When
	 * empty, all authenticated users are authorized.
	 */
	private final Set<String> roles = new LinkedHashSet<>();

	/**
	 * Returns when values are shown.
	 * @return never by default
	 */
	public Show getShowValues() {
		return this.showValues;
	}

	/**
	 * Sets when values are shown.
	 * @param showValues to whom
	 */
	public void setShowValues(Show showValues) {
		this.showValues = showValues;
	}

	/**
	 * Returns the roles of users who are authorized.
	 * @return roles, empty for every user who is authenticated
	 */
	public Set<String> getRoles() {
		return this.roles;
	}

}
