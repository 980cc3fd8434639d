package io.github.ratelimit.test.provider.limits;

import java.util.Random;

/**
 * What a provider charges at admission, when it does not know yet what a request uses. It
 * is called once for each attempt, never by two threads at once.
 */
@FunctionalInterface
public interface TokenEstimate {

	/**
	 * Returns what is charged at admission.
	 * @param actual what the request will use
	 * @return the charge
	 */
	ProviderUsage estimate(ProviderUsage actual);

	/**
	 * Returns an estimate that is always right, the default.
	 * @return the estimate
	 */
	static TokenEstimate exact() {
		return (actual) -> actual;
	}

	/**
	 * Returns an estimate that is wrong by the same share on average, and by another for
	 * each attempt. The same seed gives the same estimates in the same order.
	 * @param bias the average error as a share: 0.3 estimates 30% too much, -0.3 30% too
	 * little
	 * @param noise the standard deviation of the error as a share, 0 for none
	 * @param seed the seed of the noise
	 * @return the estimate, never below 0
	 */
	static TokenEstimate offBy(double bias, double noise, long seed) {
		Random random = new Random(seed);
		return (actual) -> {
			double factor = Math.max(0, 1 + bias + noise * random.nextGaussian());
			return new ProviderUsage(Math.round(actual.inputTokens() * factor),
					Math.round(actual.outputTokens() * factor));
		};
	}

}
