package io.github.ratelimit.client;

/**
 * Whether requests that a provider refused because of its limits are sent again.
 *
 * @param maxAttempts how often a request is sent at most, 1 for no retries
 * @param budget how many retries there may be for each request that is sent, from 0 to 1
 */
public record RetryPolicy(int maxAttempts, double budget) {

	/** No retries. */
	public static final RetryPolicy NONE = new RetryPolicy(1, 0.1);

	/**
	 * Creates a policy.
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	public RetryPolicy {
		if (maxAttempts < 1 || !(budget >= 0 && budget <= 1)) {
			throw new IllegalArgumentException("maxAttempts=" + maxAttempts + ", budget=" + budget
					+ ": pass at least 1 attempt and a budget from 0 to 1.");
		}
	}

}
