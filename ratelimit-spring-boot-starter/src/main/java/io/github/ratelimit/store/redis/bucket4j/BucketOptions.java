package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.BucketListener;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.distributed.proxy.RecoveryStrategy;
import io.github.bucket4j.distributed.proxy.optimization.Optimization;
import java.util.Objects;

/**
 * What Bucket4j's builders offer beside the configuration, for buckets whose commands run
 * in Redis. Like them not thread-safe.
 *
 * @param <B> the builder
 */
abstract class BucketOptions<B extends BucketOptions<B>> {

	final RedisBuckets buckets;

	BucketListener listener = BucketListener.NOPE;

	BucketOptions(RedisBuckets buckets) {
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

}
