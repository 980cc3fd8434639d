package io.github.ratelimit.limiter;

import io.github.ratelimit.Key;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.registry.RegisteredLimit;
import java.time.Duration;

/**
 * Is told what a {@link RateLimiter} does beyond allowing and refusing. Implementations
 * must be thread-safe and quick.
 */
public interface RateLimitListener {

	/** Wants to know nothing. */
	RateLimitListener NONE = new RateLimitListener() {
	};

	/**
	 * A call had to wait for its turn, and got it.
	 * @param limit the limit
	 * @param nanos how many nanoseconds it waited
	 */
	default void waited(RegisteredLimit limit, long nanos) {
	}

	/**
	 * A key was banned for its many refusals.
	 * @param limit the limit that refused it
	 * @param key whose calls are refused now; may be a secret, {@link Key#label()} is not
	 * @param ban for how long
	 */
	default void banned(RegisteredLimit limit, Key key, Duration ban) {
	}

	/**
	 * A key was refused too often, and could not be banned: the store has as many bans as
	 * it keeps, none of which has ended, or does not answer. The key's next refusal tries
	 * again.
	 * @param limit the limit that refused it
	 * @param key whose calls are refused by the limit alone; may be a secret,
	 * {@link Key#label()} is not
	 */
	default void notBanned(RegisteredLimit limit, Key key) {
	}

}
