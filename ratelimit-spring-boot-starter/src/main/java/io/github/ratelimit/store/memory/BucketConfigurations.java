package io.github.ratelimit.store.memory;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A limit as Bucket4j's configuration: one bandwidth for each rate, in the same order,
 * refilled greedily. A limit that {@linkplain Limit#isPaced() paces} its calls saves up
 * one permit.
 */
final class BucketConfigurations {

	private BucketConfigurations() {
	}

	/**
	 * Returns the configuration of a limit. Buckets of one limit should share it.
	 * <p>
	 * Permits and nanoseconds of each rate are reduced to lowest terms: the same refill,
	 * in numbers for which Bucket4j uses exact integers.
	 * @param limit the limit
	 * @return the configuration
	 */
	static BucketConfiguration of(Limit limit) {
		List<Bandwidth> bandwidths = new ArrayList<>();
		for (Rate rate : limit.rates()) {
			bandwidths.add(bandwidth(limit, rate, String.valueOf(bandwidths.size())));
		}
		return new BucketConfiguration(bandwidths);
	}

	private static Bandwidth bandwidth(Limit limit, Rate rate, String id) {
		long nanos = rate.period().toNanos();
		long divisor = BigInteger.valueOf(rate.permits()).gcd(BigInteger.valueOf(nanos)).longValueExact();
		return Bandwidth.builder()
			.capacity(limit.isPaced() ? 1 : rate.burst())
			.refillGreedy(rate.permits() / divisor, Duration.ofNanos(nanos / divisor))
			.id(id)
			.build();
	}

}
