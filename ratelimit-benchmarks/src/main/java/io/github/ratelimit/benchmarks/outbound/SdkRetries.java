package io.github.ratelimit.benchmarks.outbound;

import io.github.ratelimit.test.provider.dialect.ProviderAnswer;
import java.time.Duration;
import java.util.Random;

/**
 * What an SDK does with a refused request by itself, above every client here: two
 * retries, after the time that the provider asks for, or else after 0.5 to 8 seconds,
 * doubled each time, less up to a quarter.
 */
final class SdkRetries {

	static final int MAX_ATTEMPTS = 3;

	private static final double LONGEST_SECONDS = 8;

	private final Random random;

	SdkRetries(Random random) {
		this.random = random;
	}

	/**
	 * Returns how long the SDK waits.
	 * @param attempts how often the request has been sent
	 * @param answer the last answer
	 */
	Duration backoff(int attempts, ProviderAnswer answer) {
		String millis = answer.headers().get("retry-after-ms");
		if (millis != null) {
			return Duration.ofMillis(Long.parseLong(millis));
		}
		String seconds = answer.headers().get("retry-after");
		if (seconds != null) {
			return Duration.ofSeconds(Long.parseLong(seconds));
		}
		double backoff = Math.min(LONGEST_SECONDS, 0.5 * Math.pow(2, attempts - 1.0));
		return Duration.ofNanos((long) (backoff * (1 - 0.25 * this.random.nextDouble()) * 1e9));
	}

}
