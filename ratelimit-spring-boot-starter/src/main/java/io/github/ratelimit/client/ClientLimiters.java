package io.github.ratelimit.client;

import java.net.URI;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The clients of the configuration. An application takes it as a bean to limit HTTP
 * clients that Spring Boot did not build:
 * {@code new RateLimitClientInterceptor(clientLimiters.get("openai"))}.
 */
public final class ClientLimiters {

	private final Map<String, ClientLimiter> limiters;

	private volatile @Nullable String unmatchedHost;

	/**
	 * Creates the clients.
	 * @param limiters one for each client, in the order of the configuration
	 */
	public ClientLimiters(List<ClientLimiter> limiters) {
		Map<String, ClientLimiter> byName = new LinkedHashMap<>();
		limiters.forEach((limiter) -> byName.put(limiter.name(), limiter));
		this.limiters = Collections.unmodifiableMap(byName);
	}

	/**
	 * Returns a client.
	 * @param name its name in the configuration
	 * @return the client
	 * @throws IllegalArgumentException if there is no client of this name; the message
	 * lists the names
	 */
	public ClientLimiter get(String name) {
		ClientLimiter limiter = this.limiters.get(name);
		if (limiter == null) {
			throw new IllegalArgumentException("There is no client '" + name + "'. Configure ratelimit.clients." + name
					+ ", or use one of " + this.limiters.keySet() + ".");
		}
		return limiter;
	}

	/**
	 * Returns the client of a name.
	 * @param name a name
	 * @return the client, null if there is none of this name
	 */
	public @Nullable ClientLimiter find(String name) {
		return this.limiters.get(name);
	}

	/**
	 * Returns the client that a request belongs to.
	 * @param uri an absolute address
	 * @return the first client with a matching pattern, null if there is none
	 */
	public @Nullable ClientLimiter match(URI uri) {
		for (ClientLimiter limiter : this.limiters.values()) {
			if (limiter.matches(uri)) {
				return limiter;
			}
		}
		this.unmatchedHost = uri.getHost();
		return null;
	}

	/**
	 * Returns whether requests can belong to a client by their addresses.
	 * @return false if no client has addresses
	 */
	public boolean isMatching() {
		return this.limiters.values().stream().anyMatch((limiter) -> !limiter.settings().match().isEmpty());
	}

	/**
	 * Returns the client of an HTTP service group.
	 * @param name the name of the group
	 * @return the client of this name, null if there is none, or if it has addresses
	 */
	public @Nullable ClientLimiter ofGroup(String name) {
		ClientLimiter limiter = this.limiters.get(name);
		return (limiter != null && limiter.settings().match().isEmpty()) ? limiter : null;
	}

	/**
	 * Returns the host of a request that belonged to no client.
	 * @return the last one, null if every request belonged to a client
	 */
	public @Nullable String unmatchedHost() {
		return this.unmatchedHost;
	}

	/**
	 * Returns all clients.
	 * @return an unmodifiable collection
	 */
	public Collection<ClientLimiter> all() {
		return this.limiters.values();
	}

}
