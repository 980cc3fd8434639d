package io.github.ratelimit.governor;

import io.github.ratelimit.provider.dialect.Throttle;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stops all calls of a key until the provider expects them again. Not thread-safe.
 */
final class RetryAfterGate {

	private static final long FIRST_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final int LONGEST_BACKOFF = 5;

	private static final Duration LONGEST = Duration.ofDays(365);

	private final long longestNanos;

	private long until;

	/** How many times in a row the provider has refused without a retry-after. */
	private int inARow;

	private long throttled;

	private long throttledAt;

	private @Nullable String lastCode;

	RetryAfterGate(Duration longest, long now) {
		this.longestNanos = nanos(longest);
		this.until = now;
	}

	/** Returns how long no call is sent, 0 or less if calls may be sent. */
	long waitNanos(long now) {
		return this.until - now;
	}

	/**
	 * Closes the gate, never for a shorter time than it is closed already.
	 * @param throttle the reason that the provider reported
	 * @param first whether the refused call was sent after the last backoff began
	 * @param now the time
	 */
	void close(Throttle throttle, boolean first, long now) {
		this.throttled++;
		this.throttledAt = now;
		this.lastCode = throttle.code();
		if (!throttle.isRetryable()) {
			return;
		}
		Duration retryAfter = throttle.retryAfter();
		if (retryAfter != null) {
			closeFor(Math.min(nanos(retryAfter), this.longestNanos), now);
			return;
		}
		this.inARow += first ? 1 : 0;
		closeFor(FIRST_BACKOFF_NANOS << Math.min(LONGEST_BACKOFF, Math.max(0, this.inARow - 1)), now);
	}

	void closeFor(long nanos, long now) {
		if (now + nanos - this.until > 0) {
			this.until = now + nanos;
		}
	}

	void succeeded() {
		this.inARow = 0;
	}

	long throttled() {
		return this.throttled;
	}

	@Nullable String lastCode() {
		return this.lastCode;
	}

	@Nullable Instant lastThrottled(long now, Instant wallTime) {
		return (this.lastCode != null) ? wallTime.minusNanos(now - this.throttledAt) : null;
	}

	static long nanos(Duration duration) {
		return (duration.compareTo(LONGEST) > 0) ? LONGEST.toNanos() : duration.toNanos();
	}

}
