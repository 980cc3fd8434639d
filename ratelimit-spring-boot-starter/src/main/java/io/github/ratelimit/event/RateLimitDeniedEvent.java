package io.github.ratelimit.event;

import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.LimitDecision;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Published by the application context when a limit denies a call: for each key of a
 * limit at most once a second. The thread of the denied call publishes it, so listeners
 * must be fast, or be {@code @Async}. A limit in shadow mode denies nothing.
 *
 * @param limit the name of the limit
 * @param key what may be shown of the key
 * @param path the path pattern of the handler or of the rule, such as
 * {@code /orders/{id}}, never the path itself; null outside a request, and for a call
 * that has waited in another thread
 * @param reason why the limit denied the call
 * @param retryAfter the time after which a call like this one can be allowed; null if
 * waiting does not help
 * @param leftOut the number of denials of this key since its previous event that have no
 * event; 0 for the first event of a key
 */
public record RateLimitDeniedEvent(String limit, KeyLabel key, @Nullable String path, Reason reason,
		@Nullable Duration retryAfter, long leftOut) {

	/** Why a limit denies a call. */
	public enum Reason {

		/** The key has too few permits, or no free slot. */
		EXHAUSTED,

		/** The key is banned. */
		BANNED,

		/** The call costs more permits than the limit can ever have. */
		TOO_LARGE,

		/** The store fails, and the limit denies calls meanwhile. */
		STORE_UNAVAILABLE;

		/**
		 * Returns the reason of a denial.
		 * @param decision the decision of the limit that denies the call
		 * @return the reason
		 */
		public static Reason of(LimitDecision decision) {
			if (decision.isBanned()) {
				return BANNED;
			}
			if (decision.isUnavailable()) {
				return STORE_UNAVAILABLE;
			}
			return decision.isNeverPayable() ? TOO_LARGE : EXHAUSTED;
		}

	}

}
