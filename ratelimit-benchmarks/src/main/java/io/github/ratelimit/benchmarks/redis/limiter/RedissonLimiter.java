package io.github.ratelimit.benchmarks.redis.limiter;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.redisson.Redisson;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/**
 * Redisson's limiter at its best: one object for each key, scripts by their hash, and
 * keys that never expire, which saves commands. It is a log over a window: a quota of C
 * permits is C in the time in which C refill.
 */
final class RedissonLimiter implements RemoteLimiter {

	private final RedissonClient client;

	private final Quota quota;

	private final Function<String, RRateLimiter> limiterOfName;

	private final ConcurrentMap<String, RRateLimiter> limiters = new ConcurrentHashMap<>();

	RedissonLimiter(Instance instance) {
		Config config = new Config();
		config.setUseScriptCache(true);
		config.useSingleServer().setAddress("redis://127.0.0.1:" + instance.port());
		this.client = Redisson.create(config);
		this.quota = instance.quota();
		this.limiterOfName = instance.clockOffset().isZero() ? this.client::getRateLimiter
				: new RedissonClock(((Redisson) this.client).getCommandExecutor(), instance.clockOffset())::limiter;
	}

	@Override
	public boolean tryAcquire(String key) {
		RRateLimiter limiter = this.limiters.get(key);
		if (limiter == null) {
			limiter = this.limiters.computeIfAbsent(key, this::limiter);
		}
		return limiter.tryAcquire();
	}

	private RRateLimiter limiter(String key) {
		RRateLimiter limiter = this.limiterOfName.apply("redisson:" + key);
		limiter.trySetRate(RateType.OVERALL, this.quota.capacity(), this.quota.refill());
		return limiter;
	}

	@Override
	public void close() {
		this.client.shutdown();
	}

}
