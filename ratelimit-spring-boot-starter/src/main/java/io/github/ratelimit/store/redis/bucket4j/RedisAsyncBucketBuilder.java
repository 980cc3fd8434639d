package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketExceptions;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.proxy.DefaultAsyncBucketProxy;
import io.github.bucket4j.distributed.proxy.RecoveryStrategy;
import io.github.bucket4j.distributed.proxy.RemoteAsyncBucketBuilder;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Builds asynchronous buckets whose commands run in Redis. Not thread-safe. */
final class RedisAsyncBucketBuilder extends BucketOptions<RedisAsyncBucketBuilder>
		implements RemoteAsyncBucketBuilder<String> {

	RedisAsyncBucketBuilder(RedisBuckets buckets) {
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
