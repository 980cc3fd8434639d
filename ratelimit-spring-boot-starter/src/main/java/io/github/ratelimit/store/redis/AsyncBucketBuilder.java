package io.github.ratelimit.store.redis;

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
final class AsyncBucketBuilder implements RemoteAsyncBucketBuilder<String> {

	private final RedisBuckets buckets;

	private BucketListener listener = BucketListener.NOPE;

	AsyncBucketBuilder(RedisBuckets buckets) {
		this.buckets = buckets;
	}

	@Override
	public AsyncBucketBuilder withRecoveryStrategy(RecoveryStrategy strategy) {
		BucketBuilder.check(strategy);
		return this;
	}

	@Override
	public AsyncBucketBuilder withOptimization(Optimization optimization) {
		BucketBuilder.check(optimization);
		return this;
	}

	@Override
	public AsyncBucketBuilder withImplicitConfigurationReplacement(long version, TokensInheritanceStrategy strategy) {
		throw BucketBuilder.versions();
	}

	@Override
	public AsyncBucketBuilder withListener(BucketListener listener) {
		this.listener = Objects.requireNonNull(listener);
		return this;
	}

	@Override
	public AsyncBucketProxy build(String key, BucketConfiguration configuration) {
		if (configuration == null) {
			throw BucketExceptions.nullConfiguration();
		}
		return proxy(this.buckets.executor(key, BucketTerms.of(configuration)),
				() -> CompletableFuture.completedFuture(configuration));
	}

	@Override
	public AsyncBucketProxy build(String key, Supplier<CompletableFuture<BucketConfiguration>> configurationSupplier) {
		if (configurationSupplier == null) {
			throw BucketExceptions.nullConfigurationSupplier();
		}
		return proxy(this.buckets.executor(key, null), configurationSupplier);
	}

	private AsyncBucketProxy proxy(BucketExecutor executor,
			Supplier<CompletableFuture<BucketConfiguration>> configuration) {
		return new DefaultAsyncBucketProxy(executor, RecoveryStrategy.RECONSTRUCT, configuration, null, this.listener);
	}

}
