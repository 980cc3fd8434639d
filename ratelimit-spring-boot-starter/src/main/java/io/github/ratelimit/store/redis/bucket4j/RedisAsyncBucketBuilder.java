package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketExceptions;
import io.github.bucket4j.BucketListener;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.proxy.DefaultAsyncBucketProxy;
import io.github.bucket4j.distributed.proxy.RecoveryStrategy;
import io.github.bucket4j.distributed.proxy.RemoteAsyncBucketBuilder;
import io.github.bucket4j.distributed.proxy.optimization.Optimization;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Builds asynchronous buckets whose commands run in Redis. Not thread-safe. */
final class RedisAsyncBucketBuilder implements RemoteAsyncBucketBuilder<String> {

	private final RedisBuckets buckets;

	private BucketListener listener = BucketListener.NOPE;

	RedisAsyncBucketBuilder(RedisBuckets buckets) {
		this.buckets = buckets;
	}

	@Override
	public RedisAsyncBucketBuilder withRecoveryStrategy(RecoveryStrategy strategy) {
		RedisBucketBuilder.check(strategy);
		return this;
	}

	@Override
	public RedisAsyncBucketBuilder withOptimization(Optimization optimization) {
		RedisBucketBuilder.check(optimization);
		return this;
	}

	@Override
	public RedisAsyncBucketBuilder withImplicitConfigurationReplacement(long version,
			TokensInheritanceStrategy strategy) {
		throw RedisBucketBuilder.versions();
	}

	@Override
	public RedisAsyncBucketBuilder withListener(BucketListener listener) {
		this.listener = Objects.requireNonNull(listener);
		return this;
	}

	@Override
	public AsyncBucketProxy build(String key, BucketConfiguration configuration) {
		if (configuration == null) {
			throw BucketExceptions.nullConfiguration();
		}
		return proxy(this.buckets.executor(key, BucketConfigurationEncoding.of(configuration)),
				() -> CompletableFuture.completedFuture(configuration));
	}

	@Override
	public AsyncBucketProxy build(String key, Supplier<CompletableFuture<BucketConfiguration>> configurationSupplier) {
		if (configurationSupplier == null) {
			throw BucketExceptions.nullConfigurationSupplier();
		}
		return proxy(this.buckets.executor(key, null), configurationSupplier);
	}

	private AsyncBucketProxy proxy(BucketCommandExecutor executor,
			Supplier<CompletableFuture<BucketConfiguration>> configuration) {
		return new DefaultAsyncBucketProxy(executor, RecoveryStrategy.RECONSTRUCT, configuration, null, this.listener);
	}

}
