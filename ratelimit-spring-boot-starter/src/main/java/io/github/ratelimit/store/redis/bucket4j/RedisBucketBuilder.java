package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketExceptions;
import io.github.bucket4j.BucketListener;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.proxy.DefaultAsyncBucketProxy;
import io.github.bucket4j.distributed.proxy.RecoveryStrategy;
import io.github.bucket4j.distributed.proxy.RemoteAsyncBucketBuilder;
import io.github.bucket4j.distributed.proxy.RemoteBucketBuilder;
import io.github.bucket4j.distributed.proxy.optimization.Optimization;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Builds buckets whose commands run in Redis, with what Bucket4j's builders offer beside
 * the configuration. Like them not thread-safe.
 *
 * @param <B> the builder
 */
abstract class RedisBucketBuilder<B extends RedisBucketBuilder<B>> {

	final RedisBuckets buckets;

	BucketListener listener = BucketListener.NOPE;

	RedisBucketBuilder(RedisBuckets buckets) {
		this.buckets = buckets;
	}

	@SuppressWarnings("unchecked")
	private B self() {
		return (B) this;
	}

	public B withRecoveryStrategy(RecoveryStrategy strategy) {
		if (strategy != RecoveryStrategy.RECONSTRUCT) {
			throw new UnsupportedOperationException("The recovery strategy of buckets in Redis is RECONSTRUCT, not "
					+ strategy + ": a bucket that is full again leaves Redis, so none is ever missing.");
		}
		return self();
	}

	public B withOptimization(Optimization optimization) {
		if (optimization != Optimization.NONE_OPTIMIZED) {
			throw new UnsupportedOperationException("Buckets in Redis take no optimization but NONE_OPTIMIZED, not "
					+ optimization.getClass().getSimpleName()
					+ ": a command is one call without conflicts, and within its deadline.");
		}
		return self();
	}

	public B withImplicitConfigurationReplacement(long version, TokensInheritanceStrategy strategy) {
		throw new UnsupportedOperationException("Configurations of buckets in Redis have no versions: the one that a "
				+ "bucket was built with holds, and what is left under another one is taken over in proportion.");
	}

	public B withListener(BucketListener listener) {
		this.listener = Objects.requireNonNull(listener);
		return self();
	}

	/** Builds buckets. */
	static final class Blocking extends RedisBucketBuilder<Blocking> implements RemoteBucketBuilder<String> {

		Blocking(RedisBuckets buckets) {
			super(buckets);
		}

		@Override
		@SuppressWarnings("deprecation") // not to be used is no reason not to work
		public BucketProxy build(String key, BucketConfiguration configuration) {
			if (configuration == null) {
				throw BucketExceptions.nullConfiguration();
			}
			return proxy(this.buckets.executor(key, new BucketConfigurationEncoding(configuration)),
					() -> configuration);
		}

		@Override
		public BucketProxy build(String key, Supplier<BucketConfiguration> configurationSupplier) {
			if (configurationSupplier == null) {
				throw BucketExceptions.nullConfigurationSupplier();
			}
			return proxy(this.buckets.executor(key, null), configurationSupplier);
		}

		private BucketProxy proxy(BucketCalls.Executor executor, Supplier<BucketConfiguration> configuration) {
			return new RedisBucket(configuration, executor, this.listener);
		}

	}

	/** Builds asynchronous buckets. */
	static final class Async extends RedisBucketBuilder<Async> implements RemoteAsyncBucketBuilder<String> {

		Async(RedisBuckets buckets) {
			super(buckets);
		}

		@Override
		public AsyncBucketProxy build(String key, BucketConfiguration configuration) {
			if (configuration == null) {
				throw BucketExceptions.nullConfiguration();
			}
			return proxy(this.buckets.executor(key, new BucketConfigurationEncoding(configuration)),
					() -> CompletableFuture.completedFuture(configuration));
		}

		@Override
		public AsyncBucketProxy build(String key,
				Supplier<CompletableFuture<BucketConfiguration>> configurationSupplier) {
			if (configurationSupplier == null) {
				throw BucketExceptions.nullConfigurationSupplier();
			}
			return proxy(this.buckets.executor(key, null), configurationSupplier);
		}

		private AsyncBucketProxy proxy(BucketCalls.Executor executor,
				Supplier<CompletableFuture<BucketConfiguration>> configuration) {
			return new DefaultAsyncBucketProxy(executor, RecoveryStrategy.RECONSTRUCT, configuration, null,
					this.listener);
		}

	}

}
