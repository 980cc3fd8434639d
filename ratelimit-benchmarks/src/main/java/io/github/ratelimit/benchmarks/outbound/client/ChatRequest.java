package io.github.ratelimit.benchmarks.outbound.client;

import io.github.ratelimit.test.provider.limits.ProviderUsage;
import java.util.Random;

/**
 * A request to a model.
 *
 * @param actual the tokens that it uses
 * @param estimate the tokens that its caller expects it to use
 */
public record ChatRequest(ProviderUsage actual, ProviderUsage estimate) {

	public static final String MODEL = "gpt-4o-mini";

	private static final double MEAN_TOKENS = 1500;

	private static final double SIGMA = 0.6;

	private static final double MAX_TOKENS = 50_000;

	/** Sizes are log-normal; an estimate is off by the bias, and by up to the noise. */
	public static ChatRequest next(Random random, double bias, double noise) {
		double mu = Math.log(MEAN_TOKENS) - SIGMA * SIGMA / 2;
		double tokens = Math.min(MAX_TOKENS, Math.exp(mu + SIGMA * random.nextGaussian()));
		double factor = (1 + bias) * (1 + noise * (2 * random.nextDouble() - 1));
		return new ChatRequest(usage(tokens), usage(tokens * factor));
	}

	private static ProviderUsage usage(double tokens) {
		long input = Math.round(tokens * 0.6);
		return new ProviderUsage(input, Math.max(1, Math.round(tokens) - input));
	}

}
