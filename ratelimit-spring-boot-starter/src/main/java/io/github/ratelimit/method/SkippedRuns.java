package io.github.ratelimit.method;

import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.limiter.SparseLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * The refused runs of a method whose caller cannot handle a refusal, such as a scheduler:
 * they are skipped, and reported by a warning at most once a minute. Thread-safe.
 */
final class SkippedRuns {

	private static final Logger logger = System.getLogger(SkippedRuns.class.getName());

	private final String method;

	private final SparseLog log;

	SkippedRuns(String method, SparseLog log) {
		this.method = method;
		this.log = log;
	}

	/**
	 * Reports a run that was skipped.
	 * @param refusal why
	 */
	void report(RateLimitExceededException refusal) {
		this.log.log(logger, Level.WARNING, (others) -> this.method + " was skipped: " + refusal.getMessage()
				+ ". It is not called again for this run; "
				+ "to let it wait for permits, set max-wait of the limit (ratelimit.limits.<name>.max-wait), or "
				+ "name a fallback in @RateLimited (" + others + " more since the last such line) [RL603]", null);
	}

}
