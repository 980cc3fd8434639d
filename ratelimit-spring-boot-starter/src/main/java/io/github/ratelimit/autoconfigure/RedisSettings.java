package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.store.redis.RedisStoreSettings;

/** The settings of the Redis store from the configuration. */
final class RedisSettings {

	private RedisSettings() {
	}

	static RedisStoreSettings of(RateLimitProperties properties) {
		RateLimitProperties.Redis redis = properties.redis();
		return new RedisStoreSettings(redis.keyPrefix(), redis.deadline(), properties.memory().maxKeysPerLimit(),
				properties.onStoreFailure(), redis.slotLease());
	}

}
