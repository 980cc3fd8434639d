package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.store.redis.RedisStoreSettings;

/** The settings of the Redis store from the configuration. */
final class RedisSettings {

	private RedisSettings() {
	}

	static RedisStoreSettings of(RateLimitProperties properties) {
		RateLimitProperties.Redis redis = properties.getRedis();
		return new RedisStoreSettings(redis.getKeyPrefix(), redis.getDeadline(),
				properties.getMemory().getMaxKeysPerLimit(), properties.getOnStoreFailure(), redis.getSlotLease());
	}

}
