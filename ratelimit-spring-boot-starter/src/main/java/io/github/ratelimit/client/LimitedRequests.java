package io.github.ratelimit.client;

import java.net.URI;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which requests of an HTTP client an adapter limits: those whose addresses match, or
 * all. A request that another adapter of the same client has admitted is not limited
 * again. Thread-safe.
 */
public final class LimitedRequests {

	private final Function<URI, @Nullable ClientLimiter> limiters;

	private final boolean matching;

	private LimitedRequests(Function<URI, @Nullable ClientLimiter> limiters, boolean matching) {
		this.limiters = limiters;
		this.matching = matching;
	}

	/**
	 * Returns those whose addresses match.
	 * @param limiters the clients of the configuration
	 * @return the requests
	 */
	public static LimitedRequests matching(ClientLimiters limiters) {
		return new LimitedRequests(limiters::match, true);
	}

	/**
	 * Returns all requests.
	 * @param limiter the client of the configuration
	 * @return the requests
	 */
	public static LimitedRequests all(ClientLimiter limiter) {
		Objects.requireNonNull(limiter, "limiter");
		return new LimitedRequests((uri) -> limiter, false);
	}

	/**
	 * Returns whether the address of each request decides.
	 * @return false if all requests are limited
	 */
	public boolean isMatching() {
		return this.matching;
	}

	/**
	 * Returns the client of a request that is about to be sent by the current thread.
	 * @param uri the absolute address
	 * @return the client, null if the request is sent as it is
	 */
	public @Nullable ClientLimiter limiter(URI uri) {
		ClientLimiter limiter = match(uri);
		return (limiter == null || ClientCall.isSending(limiter)) ? null : limiter;
	}

	/**
	 * Returns the client of an address, whether or not the request is limited already.
	 * @param uri the absolute address
	 * @return the client, null if there is none
	 */
	public @Nullable ClientLimiter match(URI uri) {
		return this.limiters.apply(uri);
	}

}
