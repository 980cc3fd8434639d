package io.github.ratelimit.test.provider.limits;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was refused: the limit for which it would have to wait longest.
 *
 * @param state the limit when the request came; null if too many requests were running
 * @param requested how many permits the request asked for
 * @param retryAfter after what time there will be enough of all limits if no other
 * request comes; null if never, as the request is larger than a limit. Zero if too many
 * requests are running: the provider cannot know when one ends
 */
public record Violation(@Nullable LimitState state, long requested, @Nullable Duration retryAfter) {

	/**
	 * Returns whether the request is larger than a limit, so that it is refused whenever
	 * it comes.
	 * @return true if it is
	 */
	public boolean isTooLarge() {
		return this.retryAfter == null;
	}

}
