package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketListener;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.LockFreeBucket;
import java.time.Instant;

/**
 * Bucket4j's local bucket, with a manual time in microseconds, and exact waits: rounded
 * up to whole microseconds, where the bucket rounds down.
 */
final class TurnedBucket {

	static final Instant START = Instant.parse("2026-01-01T00:00:00.000123Z");

	private final BucketConfiguration configuration;

	private final LockFreeBucket bucket;

	private long micros = START.getEpochSecond() * 1_000_000 + START.getNano() / 1_000;

	TurnedBucket(BucketConfiguration configuration) {
		this.configuration = configuration;
		TimeMeter meter = new TimeMeter() {

			@Override
			public long currentTimeNanos() {
				return TurnedBucket.this.micros * 1_000;
			}

			@Override
			public boolean isWallClockBased() {
				return true;
			}

		};
		this.bucket = new LockFreeBucket(configuration, MathType.INTEGER_64_BITS, meter, BucketListener.NOPE);
	}

	BucketConfiguration configuration() {
		return this.configuration;
	}

	LockFreeBucket bucket() {
		return this.bucket;
	}

	long micros() {
		return this.micros;
	}

	void turn(long micros) {
		this.micros += micros;
	}

	/** Returns the state as it is now. */
	BucketState state() {
		return this.bucket.asVerbose().getAvailableTokens().getState();
	}

	/** Returns how long to wait for tokens, if the bucket could have this number. */
	long exactNanosUntil(long tokens) {
		BucketState state = state();
		return exact(state, state.calculateDelayNanosAfterWillBePossibleToConsume(tokens, this.micros * 1_000, false),
				tokens);
	}

	/** Returns the bucket's wait for tokens, exact. */
	long exact(long said, long tokens) {
		return exact(state(), said, tokens);
	}

	/** Returns the bucket's time to full, exact. */
	long exactNanosToFull() {
		BucketState state = state();
		long longest = roundedUp(state.calculateFullRefillingTime(this.micros * 1_000));
		for (int i = 0; i < this.configuration.getBandwidths().length; i++) {
			longest = Math.max(longest, greedy(state, i, this.configuration.getBandwidths()[i].getCapacity()));
		}
		return longest;
	}

	private long exact(BucketState state, long said, long tokens) {
		if (said == Long.MAX_VALUE) {
			return said;
		}
		long longest = roundedUp(said);
		for (int i = 0; i < this.configuration.getBandwidths().length; i++) {
			longest = Math.max(longest, greedy(state, i, tokens));
		}
		return longest;
	}

	private static long roundedUp(long nanos) {
		return Math.floorDiv(nanos + 999, 1_000L) * 1_000;
	}

	private long greedy(BucketState state, int index, long tokens) {
		Bandwidth bandwidth = this.configuration.getBandwidths()[index];
		if (bandwidth.isRefillIntervally() || tokens <= state.getCurrentSize(index)) {
			return 0;
		}
		long missing = Math.multiplyExact(tokens - state.getCurrentSize(index), bandwidth.getRefillPeriodNanos())
				- state.getRoundingError(index);
		return ((missing - 1) / (bandwidth.getRefillTokens() * 1_000) + 1) * 1_000;
	}

}
