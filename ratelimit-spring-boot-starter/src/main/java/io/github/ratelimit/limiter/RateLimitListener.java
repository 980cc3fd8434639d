package io.github.ratelimit.limiter;

import io.github.ratelimit.Key;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.registry.RegisteredLimit;
import java.time.Duration;

/**
 * Receives the waits and bans of a {@link RateLimiter}. Implementations must be
 * thread-safe and fast.
 */
public interface RateLimitListener {

	/** Ignores all events. */
	RateLimitListener NONE = new RateLimitListener() {
	};

	/**
	 * Called when a call has waited for a scheduled permit and may go on.
	 * @param limit the limit
	 * @param nanos how many nanoseconds it waited
	 */
	default void waited(RegisteredLimit limit, long nanos) {
	}

	/**
	 * Called when a key is banned for its refusals.
	 * @param limit the limit that refused it
	 * @param key the banned key, which may be a secret; {@link Key#label()} is not
	 * @param ban how long the ban lasts
	 */
	default void banned(RegisteredLimit limit, Key key, Duration ban) {
	}

	/**
	 * Called when a key was refused too often and could not be banned, because the store
	 * has no room for another ban, or does not answer. The key's next refusal tries
	 * again.
	 * @param limit the limit that refused it
	 * @param key the key, which may be a secret; {@link Key#label()} is not
	 */
	default void notBanned(RegisteredLimit limit, Key key) {
	}

}
