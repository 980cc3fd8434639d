package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What the configuration says about the Redis store. */
final class RedisSettings {

	private RedisSettings() {
	}

	static RedisStoreSettings of(RateLimitProperties properties, LimitDefinitions definitions) {
		Map<String, OnStoreFailure> onStoreFailure = new HashMap<>();
		Map<String, Duration> leases = new HashMap<>();
		for (LimitDefinition definition : definitions) {
			String name = definition.limit().name();
			onStoreFailure.put(name, definition.onStoreFailure());
			if (definition.lease() != null) {
				leases.put(name, definition.lease());
			}
		}
		RateLimitProperties.Redis redis = properties.getRedis();
		return new RedisStoreSettings(redis.getKeyPrefix(), redis.getDeadline(),
				properties.getMemory().getMaxKeysPerLimit(), properties.getOnStoreFailure(), onStoreFailure, leases);
	}

	/**
	 * Returns the exception for a limit of the configuration that Redis cannot count.
	 * @param limit the limit
	 * @param setting the setting that has its rates
	 * @param cause says why, and what to write instead
	 */
	static InvalidConfigurationException uncountable(Limit limit, String setting, IllegalArgumentException cause) {
		String rates = limit.rates().stream().map(Rate::toString).collect(Collectors.joining(", "));
		return new InvalidConfigurationException(LimitDefinitions.PREFIX + limit.name() + "." + setting, rates,
				"cannot be counted in Redis, and ratelimit.store is redis", String.valueOf(cause.getMessage()));
	}

}
