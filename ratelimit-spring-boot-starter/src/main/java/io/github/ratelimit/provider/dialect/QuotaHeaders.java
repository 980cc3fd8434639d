package io.github.ratelimit.provider.dialect;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The headers that report one limit.
 *
 * @param dimension what is counted
 * @param limit the name of the header with the limit
 * @param remaining the name of the header with the permits that are left
 * @param reset the name of the header with the time at which it is full; null if there is
 * none
 * @param window the window; null if it has to be found from the figures
 * @param refill how the permits refill
 */
record QuotaHeaders(Dimension dimension, String limit, String remaining, @Nullable String reset,
		@Nullable Duration window, Refill refill) {

	void read(ResponseReader response) {
		long limit = response.number(this.limit);
		long remaining = response.number(this.remaining);
		Duration untilFull = response.time(this.reset);
		if (limit == 0 || (limit == Quota.UNKNOWN && remaining == Quota.UNKNOWN)) {
			return;
		}
		response.add(new Quota(this.dimension, limit, remaining, untilFull, window(limit, remaining, untilFull),
				this.refill));
	}

	private @Nullable Duration window(long limit, long remaining, @Nullable Duration untilFull) {
		if (this.window != null) {
			return this.window;
		}
		return (this.refill == Refill.CONTINUOUS) ? WindowInference.continuous(limit, remaining, untilFull)
				: WindowInference.fixed(untilFull);
	}

}
