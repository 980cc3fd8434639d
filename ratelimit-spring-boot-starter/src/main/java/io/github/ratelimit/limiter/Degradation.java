package io.github.ratelimit.limiter;

import io.github.ratelimit.RateLimitExceededException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import io.github.ratelimit.Decision;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.RegisteredLimit;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collection;

/**
 * Handles failures of the limiter itself: the call is allowed, counted as degraded for
 * every limit that could not decide, and logged at most once a minute. A failure of the
 * limiter is never a failure of the application. Thread-safe.
 */
public final class Degradation {

	private static final Logger logger = System.getLogger(Degradation.class.getName());

	private final TimeSource time;

	private final SparseLog failures;

	private final SparseLog unsettled;

	/**
	 * Creates the handling of failures.
	 * @param time for logging at most once a minute
	 */
	public Degradation(TimeSource time) {
		this.time = time;
		this.failures = new SparseLog(time);
		this.unsettled = new SparseLog(time);
	}

	/**
	 * Reports a failure of the limiter.
	 * @param limits the limits that could not decide, possibly none if it failed before
	 * that was known
	 * @param cause the failure
	 * @return the decision for the call: allowed and degraded
	 */
	public Decision report(Collection<RegisteredLimit> limits, Throwable cause) {
		for (RegisteredLimit limit : limits) {
			limit.statistics().countDegraded();
		}
		this.failures.log(Level.ERROR,
				(others) -> "The rate limiter failed; the call was let through without being limited (" + names(limits)
						+ "; " + others + " more since the last such line) [RL601]",
				cause);
		return Decision.degraded();
	}

	/**
	 * Reports that the cost of a call could not be evaluated after the call. The call is
	 * not affected.
	 * @param limit the limit's name
	 * @param expression the expression of the cost
	 * @param consequence what happens instead, the rest of a sentence
	 * @param cause the failure
	 */
	public void reportUnsettled(String limit, String expression, String consequence, Throwable cause) {
		this.unsettled.log(
				Level.WARNING, (others) -> "'" + expression + "' could not determine the cost of a call of limit '"
						+ limit + "'; " + consequence + " (" + others + " more since the last such line) [RL602]",
				cause);
	}

	/**
	 * Returns the report of refused runs of a method that has no caller, such as a
	 * scheduled one.
	 * @param method the method as it is logged
	 * @return the report, which logs at most once a minute
	 */
	public SkippedRuns skippedRuns(String method) {
		return new SkippedRuns(method, this.time);
	}

	private static String names(Collection<RegisteredLimit> limits) {
		return "limits " + limits.stream().map((limit) -> limit.limit().name()).toList();
	}

	/**
	 * The refused runs of a method whose caller cannot handle a refusal, such as a
	 * scheduler: they are skipped, and reported by a warning at most once a minute.
	 * Thread-safe.
	 */
	public static final class SkippedRuns {

		private final String method;

		private final SparseLog log;

		SkippedRuns(String method, TimeSource time) {
			this.method = method;
			this.log = new SparseLog(time);
		}

		/**
		 * Reports a run that was skipped.
		 * @param refusal why
		 */
		public void report(RateLimitExceededException refusal) {
			this.log.log(Level.WARNING, (others) -> this.method + " was skipped: " + refusal.getMessage()
					+ ". It is not called again for this run; "
					+ "to let it wait for permits, set max-wait of the limit (ratelimit.limits.<name>.max-wait), or "
					+ "name a fallback in @RateLimited (" + others + " more since the last such line) [RL603]", null);
		}

	}

	/**
	 * Logs one kind of event at most once a minute, with the number of suppressed events.
	 * Thread-safe.
	 */
	private static final class SparseLog {

		private static final long INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

		private final TimeSource time;

		private final AtomicLong nextNanos;

		private final AtomicLong suppressed = new AtomicLong();

		SparseLog(TimeSource time) {
			this.time = time;
			this.nextNanos = new AtomicLong(time.nanoTime());
		}

		/**
		 * Logs the event, or counts it as suppressed.
		 * @param level the level
		 * @param message returns the line for the number of events that were suppressed
		 * since the last one
		 * @param cause the exception, null for none
		 */
		void log(Level level, LongFunction<String> message, @Nullable Throwable cause) {
			long now = this.time.nanoTime();
			long next = this.nextNanos.get();
			if (now - next >= 0 && this.nextNanos.compareAndSet(next, now + INTERVAL_NANOS)) {
				long others = this.suppressed.getAndSet(0);
				logger.log(level, () -> message.apply(others), cause);
			}
			else {
				this.suppressed.incrementAndGet();
			}
		}

	}

}
