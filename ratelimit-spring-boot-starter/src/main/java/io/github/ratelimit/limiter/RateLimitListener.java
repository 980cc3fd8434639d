package io.github.ratelimit.limiter;

import io.github.ratelimit.Key;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.registry.LimitChange;
import io.github.ratelimit.registry.RegisteredLimit;
import java.time.Duration;

/**
 * Receives what happens to the calls of a {@link RateLimiter} beyond its decisions, to
 * its store, and to the settings of its limits. A bean of this type is called by the
 * threads of the calls, so implementations must be thread-safe and fast. An exception is
 * logged and affects no call.
 */
public interface RateLimitListener {

	/** Ignores all events. */
	RateLimitListener NONE = new RateLimitListener() {

		@Override
		public boolean wantsDenials() {
			return false;
		}

		@Override
		public boolean wantsNearLimits() {
			return false;
		}

	};

	/**
	 * Returns whether this listener needs {@link #denied}. Asked at denied calls, so it
	 * must be fast. If another listener needs it, this one is called as well.
	 * @return false if this listener ignores denials
	 */
	default boolean wantsDenials() {
		return true;
	}

	/**
	 * Returns whether this listener needs {@link #nearLimit}. Asked at allowed calls that
	 * can leave a key near its limit, so it must be fast. If another listener needs it,
	 * this one is called as well.
	 * @return false if this listener ignores keys that are near their limit
	 */
	default boolean wantsNearLimits() {
		return true;
	}

	/**
	 * Called when a limit denies a call: for each key at most once a second, and for at
	 * most 4,096 keys a second.
	 * @param limit the limit
	 * @param decision its decision; the key may be a secret, {@link Key#label()} is not
	 * @param leftOut the number of denials of this key since the previous call that this
	 * listener was not called for
	 */
	default void denied(RegisteredLimit limit, LimitDecision decision, long leftOut) {
	}

	/**
	 * Called when an allowed call leaves a key with at most a fifth of the permits of a
	 * rate: once for each rate, and again after the key has had more than half of its
	 * permits.
	 * @param limit the limit
	 * @param decision its decision; the key may be a secret, {@link Key#label()} is not
	 * @param rate the index of the rate that is nearly used up
	 */
	default void nearLimit(RegisteredLimit limit, LimitDecision decision, int rate) {
	}

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

	/**
	 * Called after settings were changed while the application runs, or a key was banned
	 * or reset by hand. The next change waits for it.
	 * @param change what was changed; its key is masked
	 */
	default void changed(LimitChange change) {
	}

	/**
	 * Called when a node of a shared store begins to fail, by a thread of its own.
	 * @param store the type of the store, such as {@code redis}
	 * @param node the node, as the log names it
	 * @param reason one word of a fixed set, such as {@code timeout}
	 */
	default void storeDegraded(String store, String node, String reason) {
	}

	/**
	 * Called when a node of a shared store decides again, and has done so for five
	 * seconds, by a thread of its own.
	 * @param store the type of the store, such as {@code redis}
	 * @param node the node, as the log names it
	 * @param outage for how long it did not decide
	 */
	default void storeRecovered(String store, String node, Duration outage) {
	}

}
