package io.github.ratelimit.benchmarks.redis.limiter;

/**
 * A decision was made without Redis, which nothing that measures Redis may count. It is
 * thrown while the clock runs, so it is one object without a stack.
 */
public final class DegradedDecisionException extends RuntimeException {

	static final DegradedDecisionException INSTANCE = new DegradedDecisionException();

	private DegradedDecisionException() {
		super("decided without Redis", null, false, false);
	}

}
