package io.github.ratelimit.store.memory;

import io.github.bucket4j.BucketConfiguration;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.bucket4j.BucketConfigurations;

/** A limit of token buckets. */
final class BucketLimit extends PreparedLimit {

	private final BucketConfiguration configuration;

	BucketLimit(Limit limit) {
		super(limit);
		this.configuration = BucketConfigurations.of(limit);
	}

	BucketConfiguration configuration() {
		return this.configuration;
	}

	@Override
	KeyCell create(Key key, int slot, StoreClock clock, long now) {
		return new BucketCell(key, slot, this.configuration, now);
	}

}
