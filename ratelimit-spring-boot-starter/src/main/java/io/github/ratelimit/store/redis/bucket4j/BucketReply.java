package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.BucketState64BitsInteger;
import io.github.bucket4j.distributed.serialization.Scope;
import io.github.bucket4j.distributed.versioning.Versions;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The reply of the script of buckets: the result of a command, and the state after it.
 * Immutable.
 */
final class BucketReply {

	/** Instead of a result, if the command cannot be fulfilled. */
	static final long NEVER = -1;

	private final BucketConfigurationEncoding encoding;

	private final long result;

	private final long now;

	private final long time;

	private final long[] levels;

	private final long[] starts;

	BucketReply(byte[] reply, BucketConfigurationEncoding encoding) {
		ByteBuffer bytes = LimitEncoding.wrap(reply);
		this.encoding = encoding;
		this.result = (long) bytes.getDouble();
		this.now = (long) bytes.getDouble();
		this.time = (long) bytes.getDouble();
		this.levels = numbers(bytes, encoding.size());
		this.starts = numbers(bytes, encoding.size());
	}

	private static long[] numbers(ByteBuffer bytes, int size) {
		long[] numbers = new long[size];
		for (int i = 0; i < size; i++) {
			numbers[i] = (long) bytes.getDouble();
		}
		return numbers;
	}

	long result() {
		return this.result;
	}

	/** Returns the time of the reply by Redis's clock, in nanoseconds since 1970. */
	long nanos() {
		return this.now * 1000;
	}

	/** Returns the number of tokens that all bandwidths have. */
	long available() {
		long available = Long.MAX_VALUE;
		for (int i = 0; i < this.levels.length; i++) {
			available = Math.min(available, tokens(i));
		}
		return available;
	}

	/** Returns the number of tokens that a bandwidth has. */
	long tokens(int index) {
		return Math.floorDiv(this.levels[index], this.encoding.unit(index));
	}

	/** Returns the part of the next token that has refilled, in Bucket4j's measure. */
	long roundingError(int index) {
		Bandwidth bandwidth = this.encoding.bandwidth(index);
		if (bandwidth.isRefillIntervally()) {
			return 0;
		}
		return Math.floorMod(this.levels[index], this.encoding.unit(index))
				* (bandwidth.getRefillPeriodNanos() / this.encoding.unit(index));
	}

	/**
	 * Returns when all bandwidths have this number of tokens, in nanoseconds from now.
	 * {@link Long#MAX_VALUE} if that is more than the capacity.
	 */
	long nanosUntil(long tokens) {
		long longest = 0;
		for (int i = 0; i < this.levels.length; i++) {
			if (tokens > this.encoding.bandwidth(i).getCapacity()) {
				return Long.MAX_VALUE;
			}
			longest = Math.max(longest, micros(i, tokens));
		}
		return nanos(longest);
	}

	/** Returns when all bandwidths are full, in nanoseconds from now. */
	long nanosToFull() {
		long longest = 0;
		for (int i = 0; i < this.levels.length; i++) {
			longest = Math.max(longest, micros(i, this.encoding.bandwidth(i).getCapacity()));
		}
		return nanos(longest);
	}

	private long micros(int index, long tokens) {
		long missing = tokens * this.encoding.unit(index) - this.levels[index];
		if (missing <= 0) {
			return 0;
		}
		Bandwidth bandwidth = this.encoding.bandwidth(index);
		long times = (missing - 1) / this.encoding.gain(index) + 1;
		if (bandwidth.isGready()) {
			return times + this.time - this.now;
		}
		long interval = bandwidth.getRefillPeriodNanos() / 1000;
		long next = this.starts[index] + interval - this.now;
		return (times > Long.MAX_VALUE / 2 / interval) ? Long.MAX_VALUE : next + (times - 1) * interval;
	}

	/** Returns microseconds in nanoseconds. */
	static long nanos(long micros) {
		return (micros > Long.MAX_VALUE / 1000) ? Long.MAX_VALUE : micros * 1000;
	}

	/** Returns the state as a state of Bucket4j. */
	BucketState state() {
		long[] data = new long[3 * this.levels.length];
		for (int i = 0; i < this.levels.length; i++) {
			boolean greedy = this.encoding.bandwidth(i).isGready();
			data[3 * i] = 1000 * (greedy ? this.time : this.starts[i]);
			data[3 * i + 1] = tokens(i);
			data[3 * i + 2] = roundingError(i);
		}
		try {
			BucketConfiguration configuration = this.encoding.configuration();
			Map<String, Object> snapshot = Map.of("version", Versions.v_7_0_0.getNumber(), "stateData", data,
					"configuration", BucketConfiguration.SERIALIZATION_HANDLE.toJsonCompatibleSnapshot(configuration,
							Versions.getLatest(), Scope.RESPONSE));
			BucketState state = BucketState64BitsInteger.SERIALIZATION_HANDLE.fromJsonCompatibleSnapshot(snapshot);
			state.setConfiguration(configuration);
			return state;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
