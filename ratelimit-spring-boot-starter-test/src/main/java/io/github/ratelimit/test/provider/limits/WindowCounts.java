package io.github.ratelimit.test.provider.limits;

import java.time.Instant;

/**
 * The counts of one window of a limit.
 *
 * @param start when the window began: for continuous limits the first one begins with the
 * first request
 * @param admitted how many requests were admitted
 * @param refused how many requests were refused, for this or another limit
 * @param charged how many permits were charged, less those that corrections gave back
 */
public record WindowCounts(Instant start, long admitted, long refused, long charged) {

	WindowCounts plus(WindowCounts other) {
		return new WindowCounts(this.start, this.admitted + other.admitted, this.refused + other.refused,
				this.charged + other.charged);
	}

}
