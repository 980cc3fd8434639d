package io.github.ratelimit.store.memory;

import io.github.bucket4j.BucketConfiguration;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.bucket4j.BucketConfigurations;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The Bucket4j configurations of the limits of one name, one object for all equal limits,
 * so that a change of configuration is seen by comparing references.
 */
final class LimitConfigurations {

	private final Limit usual;

	private final BucketConfiguration usualConfiguration;

	private final ConcurrentMap<Limit, BucketConfiguration> others = new ConcurrentHashMap<>();

	LimitConfigurations(Limit usual) {
		this.usual = usual;
		this.usualConfiguration = BucketConfigurations.of(usual);
	}

	BucketConfiguration of(Limit limit) {
		return (limit == this.usual || limit.equals(this.usual)) ? this.usualConfiguration
				: this.others.computeIfAbsent(limit, BucketConfigurations::of);
	}

}
