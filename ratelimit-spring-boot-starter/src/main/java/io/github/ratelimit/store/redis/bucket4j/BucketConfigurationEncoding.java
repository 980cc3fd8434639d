package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BandwidthBuilder.BandwidthBuilderBuildStage;
import io.github.bucket4j.BandwidthBuilder.BandwidthBuilderRefillStage;
import io.github.bucket4j.BucketConfiguration;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Bucket4j configuration in the integers that its script counts in. A token of a greedy
 * bandwidth is so many units of level that every microsecond refills whole units, in
 * lowest terms; a token that refills with an interval is one unit. All are below 2^53 and
 * therefore exact in Lua. Immutable.
 */
final class BucketConfigurationEncoding {

	private static final int MOST_BITS = 53;

	private static final int MOST_BANDWIDTHS = 100;

	private static final int NOT_ALIGNED = -1;

	private static final int RATE = 2 * Double.BYTES;

	private static final int REST = 5 * Double.BYTES;

	/** Version, number of bandwidths, kind and time. */
	private static final int HEADER = 3 + Double.BYTES;

	private final BucketConfiguration configuration;

	private final long[] unit;

	private final long[] gain;

	private final byte[] rates;

	private final byte[] rest;

	/**
	 * Creates the encoding of a configuration.
	 * @throws IllegalArgumentException if it cannot be counted exactly
	 * @throws UnsupportedOperationException if the script does not support it
	 */
	BucketConfigurationEncoding(BucketConfiguration configuration) {
		Bandwidth[] bandwidths = configuration.getBandwidths();
		if (bandwidths.length > MOST_BANDWIDTHS) {
			throw new IllegalArgumentException("A bucket in Redis can have " + MOST_BANDWIDTHS
					+ " bandwidths at most, but this configuration has " + bandwidths.length + ".");
		}
		this.configuration = configuration;
		this.unit = new long[bandwidths.length];
		this.gain = new long[bandwidths.length];
		ByteBuffer rates = LimitEncoding.buffer(RATE * bandwidths.length);
		byte[] ids = ids(bandwidths);
		ByteBuffer rest = LimitEncoding.buffer(REST * bandwidths.length + ids.length);
		for (int i = 0; i < bandwidths.length; i++) {
			pack(i, bandwidths[i], rates, rest);
		}
		this.rates = rates.array();
		this.rest = rest.put(ids).array();
	}

	private void pack(int index, Bandwidth bandwidth, ByteBuffer rates, ByteBuffer rest) {
		if (bandwidth.isUseAdaptiveInitialTokens()) {
			throw new UnsupportedOperationException("Adaptive initial tokens are not supported in Redis: " + bandwidth
					+ ". Write refillIntervallyAligned(…) and the tokens to begin with as initialTokens(…).");
		}
		boolean greedy = bandwidth.isGready();
		if (greedy) {
			BigInteger tokens = BigInteger.valueOf(bandwidth.getRefillTokens()).multiply(BigInteger.valueOf(1000));
			BigInteger nanos = BigInteger.valueOf(bandwidth.getRefillPeriodNanos());
			BigInteger divisor = tokens.gcd(nanos);
			this.unit[index] = small(nanos.divide(divisor), bandwidth);
			this.gain[index] = small(tokens.divide(divisor), bandwidth);
		}
		else {
			if (bandwidth.getRefillPeriodNanos() % 1000 != 0) {
				throw new IllegalArgumentException("Redis's clock counts microseconds, but the interval of " + bandwidth
						+ " is " + bandwidth.getRefillPeriodNanos()
						+ " ns. Write an interval of whole microseconds, or refillGreedy(…).");
			}
			this.unit[index] = 1;
			this.gain[index] = small(BigInteger.valueOf(bandwidth.getRefillTokens()), bandwidth);
		}
		BigInteger unit = BigInteger.valueOf(this.unit[index]);
		BigInteger full = BigInteger.valueOf(bandwidth.getCapacity()).multiply(unit);
		BigInteger initial = BigInteger.valueOf(bandwidth.getInitialTokens()).multiply(unit);
		long interval = greedy ? 0 : bandwidth.getRefillPeriodNanos() / 1000;
		rates.putDouble(small(full, bandwidth))
			.putDouble(greedy ? this.gain[index] : (double) this.gain[index] / interval);
		rest.putDouble(this.unit[index])
			.putDouble(small(initial, bandwidth))
			.putDouble(interval)
			.putDouble(bandwidth.isIntervallyAligned() ? bandwidth.getTimeOfFirstRefillMillis() * 1000.0 : NOT_ALIGNED)
			.putDouble(small(BigInteger.valueOf(bandwidth.getRefillTokens()), bandwidth));
	}

	private static long small(BigInteger number, Bandwidth bandwidth) {
		if (number.bitLength() > MOST_BITS) {
			throw new IllegalArgumentException("Redis cannot count exactly: " + bandwidth
					+ ". In lowest terms, its tokens times the microseconds of its period have to stay below 2^53."
					+ " Write rounder numbers, such as 1200000 a day instead of 1234567, or fewer tokens.");
		}
		return number.longValueExact();
	}

	/** Empty if no bandwidth has an id, as is common. */
	private static byte[] ids(Bandwidth[] bandwidths) {
		if (Stream.of(bandwidths).allMatch((bandwidth) -> bandwidth.getId() == null)) {
			return new byte[0];
		}
		return Stream.of(bandwidths)
			.map((bandwidth) -> (bandwidth.getId() != null) ? '=' + bandwidth.getId() : "")
			.map((id) -> id.length() + ":" + id)
			.collect(Collectors.joining())
			.getBytes(StandardCharsets.UTF_8);
	}

	/** Reads the configuration that a state was written with. */
	static BucketConfiguration read(byte[] state) {
		ByteBuffer bytes = LimitEncoding.wrap(state);
		int size = state[1];
		int rates = HEADER + Double.BYTES * size;
		int rest = rates + (RATE + Double.BYTES) * size;
		int end = rest + REST * size;
		List<String> ids = readIds(new String(state, end, state.length - end, StandardCharsets.UTF_8));
		List<Bandwidth> bandwidths = new ArrayList<>(size);
		for (int i = 0; i < size; i++) {
			bandwidths.add(readOne(bytes, rates + RATE * i, rest + REST * i, (i < ids.size()) ? ids.get(i) : ""));
		}
		return new BucketConfiguration(bandwidths);
	}

	private static Bandwidth readOne(ByteBuffer bytes, int rate, int rest, String id) {
		long full = (long) bytes.getDouble(rate);
		long gain = (long) bytes.getDouble(rate + Double.BYTES);
		long unit = (long) bytes.getDouble(rest);
		long initial = (long) bytes.getDouble(rest + Double.BYTES);
		long interval = (long) bytes.getDouble(rest + 2 * Double.BYTES);
		long first = (long) bytes.getDouble(rest + 3 * Double.BYTES);
		long tokens = (long) bytes.getDouble(rest + 4 * Double.BYTES);
		BandwidthBuilderRefillStage capacity = Bandwidth.builder().capacity(full / unit);
		BandwidthBuilderBuildStage bandwidth;
		if (interval == 0) {
			BigInteger nanos = BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(1000 * unit));
			bandwidth = capacity.refillGreedy(tokens,
					Duration.ofNanos(nanos.divide(BigInteger.valueOf(gain)).longValueExact()));
		}
		else if (first == NOT_ALIGNED) {
			bandwidth = capacity.refillIntervally(tokens, Duration.ofNanos(1000 * interval));
		}
		else {
			bandwidth = capacity.refillIntervallyAligned(tokens, Duration.ofNanos(1000 * interval),
					Instant.ofEpochMilli(first / 1000));
		}
		bandwidth.initialTokens(initial / unit);
		return (id.isEmpty() ? bandwidth : bandwidth.id(id.substring(1))).build();
	}

	private static List<String> readIds(String text) {
		List<String> ids = new ArrayList<>();
		int at = 0;
		while (at < text.length()) {
			int colon = text.indexOf(':', at);
			int end = colon + 1 + Integer.parseInt(text.substring(at, colon));
			ids.add(text.substring(colon + 1, end));
			at = end;
		}
		return ids;
	}

	BucketConfiguration configuration() {
		return this.configuration;
	}

	/** Returns the number of bandwidths. */
	int size() {
		return this.unit.length;
	}

	/** Returns full level and refill of each bandwidth, packed; must not be changed. */
	byte[] rates() {
		return this.rates;
	}

	/** Returns what else the script and its caller need, packed; must not be changed. */
	byte[] rest() {
		return this.rest;
	}

	Bandwidth bandwidth(int index) {
		return this.configuration.getBandwidths()[index];
	}

	/** Returns the units of level of a token. */
	long unit(int index) {
		return this.unit[index];
	}

	/**
	 * Returns the units of level that refill in a microsecond, or with an interval if
	 * they refill with one.
	 */
	long gain(int index) {
		return this.gain[index];
	}

}
