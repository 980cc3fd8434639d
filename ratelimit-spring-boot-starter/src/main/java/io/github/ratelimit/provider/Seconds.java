package io.github.ratelimit.provider;

import java.time.Duration;

/** Time as HTTP fields tell it. */
final class Seconds {

	private Seconds() {
	}

	/** Returns whole seconds, rounded up: a client that waits them is not too early. */
	static long roundUp(Duration time) {
		return time.getSeconds() + ((time.getNano() > 0) ? 1 : 0);
	}

}
