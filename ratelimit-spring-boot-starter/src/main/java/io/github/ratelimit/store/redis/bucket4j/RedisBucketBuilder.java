package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketExceptions;
import io.github.bucket4j.BucketListener;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.proxy.RecoveryStrategy;
import io.github.bucket4j.distributed.proxy.RemoteBucketBuilder;
import io.github.bucket4j.distributed.proxy.optimization.Optimization;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Builds buckets whose commands run in Redis. Like Bucket4j's builders not thread-safe.
 */
final class RedisBucketBuilder implements RemoteBucketBuilder<String> {

	private final RedisBuckets buckets;

	private BucketListener listener = BucketListener.NOPE;

	RedisBucketBuilder(RedisBuckets buckets) {
		this.buckets = buckets;
	}

	@Override
	public RedisBucketBuilder withRecoveryStrategy(RecoveryStrategy strategy) {
		check(strategy);
		return this;
	}

	static void check(RecoveryStrategy strategy) {
		if (strategy != RecoveryStrategy.RECONSTRUCT) {
			throw new UnsupportedOperationException("The recovery strategy of buckets in Redis is RECONSTRUCT, not "
					+ strategy + ": a bucket that is full again leaves Redis, so none is ever missing.");
		}
	}

	@Override
	public RedisBucketBuilder withOptimization(Optimization optimization) {
		check(optimization);
		return this;
	}

	static void check(Optimization optimization) {
		if (optimization != Optimization.NONE_OPTIMIZED) {
			throw new UnsupportedOperationException("Buckets in Redis take no optimization but NONE_OPTIMIZED, not "
					+ optimization.getClass().getSimpleName()
					+ ": a command is one call without conflicts, and within its deadline.");
		}
	}

	@Override
	public RedisBucketBuilder withImplicitConfigurationReplacement(long version, TokensInheritanceStrategy strategy) {
		throw versions();
	}

	static UnsupportedOperationException versions() {
		return new UnsupportedOperationException("Configurations of buckets in Redis have no versions: the one that a "
				+ "bucket was built with holds, and what is left under another one is taken over in proportion.");
	}

	@Override
	public RedisBucketBuilder withListener(BucketListener listener) {
		this.listener = Objects.requireNonNull(listener);
		return this;
	}

	@Override
	@SuppressWarnings("deprecation") // not to be used is no reason not to work
	public BucketProxy build(String key, BucketConfiguration configuration) {
		if (configuration == null) {
			throw BucketExceptions.nullConfiguration();
		}
		return proxy(this.buckets.executor(key, BucketConfigurationEncoding.of(configuration)), () -> configuration);
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
