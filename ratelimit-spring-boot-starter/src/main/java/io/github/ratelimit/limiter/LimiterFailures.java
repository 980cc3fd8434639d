package io.github.ratelimit.limiter;

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
public final class LimiterFailures {

	private static final Logger logger = System.getLogger(LimiterFailures.class.getName());

	private final TimeSource time;

	private final SparseLog failures;

	private final SparseLog unsettled;

	/**
	 * Creates the handling of failures.
	 * @param time for logging at most once a minute
	 */
	public LimiterFailures(TimeSource time) {
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
		this.failures.log(logger, Level.ERROR,
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
		this.unsettled.log(logger, Level.WARNING,
				(others) -> "'" + expression + "' could not determine the cost of a call of limit '" + limit + "'; "
						+ consequence + " (" + others + " more since the last such line) [RL602]",
				cause);
	}

	/**
	 * Returns a log for a warning that is written at most once a minute.
	 * @return a log of its own
	 */
	public SparseLog sparseLog() {
		return new SparseLog(this.time);
	}

	private static String names(Collection<RegisteredLimit> limits) {
		return "limits " + limits.stream().map((limit) -> limit.limit().name()).toList();
	}

}
