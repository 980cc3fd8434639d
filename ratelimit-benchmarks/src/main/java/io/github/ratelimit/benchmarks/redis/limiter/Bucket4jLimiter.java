package io.github.ratelimit.benchmarks.redis.limiter;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.distributed.proxy.RemoteBucketBuilder;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.github.ratelimit.benchmarks.redis.server.LettuceClients;
import io.github.ratelimit.benchmarks.redis.server.ServerStats;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.UnaryOperator;

/**
 * Bucket4j's Lettuce manager at its best: one proxy for each key, which is what carries
 * an optimization's state, and keys that outlive the run.
 */
final class Bucket4jLimiter implements RemoteLimiter {

	private static final Duration KEPT = Duration.ofMinutes(5);

	private final RedisClient client;

	private final StatefulRedisConnection<String, byte[]> connection;

	private final ProxyManager<String> buckets;

	private final BucketConfiguration configuration;

	private final UnaryOperator<RemoteBucketBuilder<String>> optimization;

	private final String prefix;

	private final ConcurrentMap<String, Bucket> proxies = new ConcurrentHashMap<>();

	private Bucket4jLimiter(Instance instance, String prefix, UnaryOperator<RemoteBucketBuilder<String>> optimization) {
		this.client = LettuceClients.create(instance.port());
		this.connection = this.client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE));
		this.buckets = Bucket4jLettuce.casBasedBuilder(this.connection)
			.expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT))
			.clientClock(instance.clockOffset().isZero() ? TimeMeter.SYSTEM_MILLISECONDS
					: new OffsetClock(instance.clockOffset().toNanos()))
			.build();
		Quota quota = instance.quota();
		this.configuration = BucketConfiguration.builder()
			.addLimit(
					(limit) -> limit.capacity(quota.capacity()).refillGreedy(quota.perSecond(), Duration.ofSeconds(1)))
			.build();
		this.optimization = optimization;
		this.prefix = prefix;
	}

	static RemoteLimiter plain(Instance instance) {
		return new Bucket4jLimiter(instance, "bucket4j:", UnaryOperator.identity());
	}

	static RemoteLimiter batching(Instance instance) {
		return new Bucket4jLimiter(instance, "batching:",
				(builder) -> builder.withOptimization(Optimizations.batching()));
	}

	@Override
	public boolean tryAcquire(String key) {
		Bucket proxy = this.proxies.get(key);
		if (proxy == null) {
			proxy = this.proxies.computeIfAbsent(key, this::proxy);
		}
		return proxy.tryConsume(1);
	}

	private Bucket proxy(String key) {
		return this.optimization.apply(this.buckets.builder()).build(this.prefix + key, () -> this.configuration);
	}

	/**
	 * A decision is a GET and, if it changes something, a script, which runs one GET more
	 * for a known key and one SET for a new one.
	 */
	@Override
	public long callsIn(ServerStats stats) {
		return stats.calls("get") + stats.calls("set");
	}

	@Override
	public void close() {
		this.connection.close();
		LettuceClients.shutdown(this.client);
	}

	/** The system's clock, wrong by some time. */
	private record OffsetClock(long offsetNanos) implements TimeMeter {

		@Override
		public long currentTimeNanos() {
			return SYSTEM_MILLISECONDS.currentTimeNanos() + this.offsetNanos;
		}

		@Override
		public boolean isWallClockBased() {
			return true;
		}

	}

}
