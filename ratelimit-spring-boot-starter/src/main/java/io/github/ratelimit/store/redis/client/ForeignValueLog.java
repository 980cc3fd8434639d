package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;

/**
 * Logs which keys hold foreign values, at most once a minute: every call for such a key
 * finds them. Thread-safe.
 */
final class ForeignValueLog {

	private static final Log logger = RedisAccess.LOG;

	private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

	private final TimeSource time;

	private final AtomicLong nextLogNanos;

	private final AtomicLong unlogged = new AtomicLong();

	ForeignValueLog(TimeSource time) {
		this.time = time;
		this.nextLogNanos = new AtomicLong(time.nanoTime());
	}

	/**
	 * Notes a call that failed.
	 * @param reason why, in a word
	 * @param keys the keys of the call; the reply does not show which one it is
	 */
	void found(String reason, byte[]... keys) {
		long now = this.time.nanoTime();
		long next = this.nextLogNanos.get();
		if (now - next >= 0 && this.nextLogNanos.compareAndSet(next, now + QUIET_NANOS)) {
			logger.warn("Redis has something under " + names(keys) + " that is not ours (" + reason
					+ "); its limit decides by on-store-failure. "
					+ "Delete it, or give the limits another ratelimit.redis.key-prefix (" + this.unlogged.getAndSet(0)
					+ " more calls since the last such line) [RL706]");
		}
		else {
			this.unlogged.incrementAndGet();
		}
	}

	private static String names(byte[][] keys) {
		String names = Stream.of(keys).map(RedisKeyNames::text).collect(Collectors.joining(", "));
		return (keys.length > 1) ? "one of " + names : names;
	}

}
