package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketExceptions;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.proxy.RemoteBucketBuilder;
import java.util.function.Supplier;

/**
 * Builds buckets whose commands run in Redis. Like Bucket4j's builders not thread-safe.
 */
final class RedisBucketBuilder extends BucketOptions<RedisBucketBuilder> implements RemoteBucketBuilder<String> {

	RedisBucketBuilder(RedisBuckets buckets) {
		super(buckets);
	}

	@Override
	@SuppressWarnings("deprecation") // not to be used is no reason not to work
	public BucketProxy build(String key, BucketConfiguration configuration) {
		if (configuration == null) {
			throw BucketExceptions.nullConfiguration();
		}
		return proxy(this.buckets.executor(key, new BucketConfigurationEncoding(configuration)), () -> configuration);
	}

	@Override
	public BucketProxy build(String key, Supplier<BucketConfiguration> configurationSupplier) {
		if (configurationSupplier == null) {
			throw BucketExceptions.nullConfigurationSupplier();
		}
		return proxy(this.buckets.executor(key, null), configurationSupplier);
	}

	private BucketProxy proxy(BucketCommandExecutor executor, Supplier<BucketConfiguration> configuration) {
		return new RedisBucket(configuration, executor, this.listener);
	}

}
