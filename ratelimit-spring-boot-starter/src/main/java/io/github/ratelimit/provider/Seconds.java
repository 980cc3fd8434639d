package io.github.ratelimit.provider;

import java.time.Duration;

/** Time in the format of HTTP fields. */
final class Seconds {

	private Seconds() {
	}

	/**
	 * Returns whole seconds, rounded up, so that a client that waits this time is not too
	 * early.
	 */
	static long roundUp(Duration time) {
		return time.getSeconds() + ((time.getNano() > 0) ? 1 : 0);
	}

}
