package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.autoconfigure.properties.LimitDefinition;
import io.github.ratelimit.autoconfigure.properties.LimitDefinitions;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

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
				properties.getMemory().getMaxKeysPerLimit(), properties.getOnStoreFailure(), onStoreFailure, leases,
				redis.getSlotLease());
	}

}
