package io.github.ratelimit.limiter;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.RegisteredLimit;

/** A key of a limit that something is known of until a time. */
class ReportedKey {

	private final RegisteredLimit limit;

	private final Key key;

	/** Each call that is reported may write it. */
	private volatile long untilNanos;

	ReportedKey(RegisteredLimit limit, Key key, long untilNanos) {
		this.limit = limit;
		this.key = key;
		this.untilNanos = untilNanos;
	}

	boolean is(RegisteredLimit limit, Key key) {
		return this.limit == limit && this.key.equals(key);
	}

	boolean isOver(long now) {
		return nanosLeft(now) <= 0;
	}

	long nanosLeft(long now) {
		return this.untilNanos - now;
	}

	void extend(long untilNanos) {
		this.untilNanos = untilNanos;
	}

}
