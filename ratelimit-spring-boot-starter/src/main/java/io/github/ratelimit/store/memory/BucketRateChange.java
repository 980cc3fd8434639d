package io.github.ratelimit.store.memory;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The state of a bucket after the rates of its limit have changed, or after permits were
 * taken from it.
 */
final class BucketRateChange {

	private BucketRateChange() {
	}

	/**
	 * Returns a bucket's state under another configuration, in proportion: what was half
	 * full stays half full. Rates of the same burst and refill period are matched first,
	 * the others in their order; a rate without a counterpart starts full.
	 * @param state the state, refilled up to now; not changed
	 * @param configuration the other configuration
	 * @param nanos the time of the state's clock
	 * @return a new state
	 */
	static BucketState inProportion(BucketState state, BucketConfiguration configuration, long nanos) {
		BucketConfiguration matched = matched(state.getConfiguration().getBandwidths(), configuration.getBandwidths());
		BucketState converted = state.replaceConfiguration(matched, TokensInheritanceStrategy.PROPORTIONALLY, nanos);
		converted.setConfiguration(configuration);
		return converted;
	}

	/**
	 * Returns a bucket's state with at most this number of tokens in each bandwidth.
	 * @param state the state, refilled up to now; not changed
	 * @param atMost tokens, a debt being negative
	 * @param nanos the time of the state's clock
	 * @return a new state
	 */
	static BucketState lowered(BucketState state, long[] atMost, long nanos) {
		Bandwidth[] bandwidths = state.getConfiguration().getBandwidths();
		long[] tokens = new long[bandwidths.length];
		long owed = 0;
		for (int i = 0; i < tokens.length; i++) {
			tokens[i] = Math.min(state.getCurrentSize(i), atMost[i]);
			owed = Math.max(owed, -tokens[i]);
		}
		List<Bandwidth> lowered = new ArrayList<>();
		for (int i = 0; i < tokens.length; i++) {
			lowered.add(Bandwidth.builder()
				.capacity(bandwidths[i].getCapacity())
				.refillGreedy(bandwidths[i].getRefillTokens(), Duration.ofNanos(bandwidths[i].getRefillPeriodNanos()))
				.id(bandwidths[i].getId())
				.initialTokens(Math.min(bandwidths[i].getCapacity(), tokens[i] + owed))
				.build());
		}
		BucketState result = BucketState.createInitialState(new BucketConfiguration(lowered), MathType.INTEGER_64_BITS,
				nanos);
		result.setConfiguration(state.getConfiguration());
		result.consume(owed);
		return result;
	}

	/** Bucket4j matches bandwidths by their ids, so the counterpart gets the same id. */
	private static BucketConfiguration matched(Bandwidth[] from, Bandwidth[] to) {
		String[] ids = new String[to.length];
		boolean[] used = new boolean[from.length];
		for (int pass = 0; pass < 2; pass++) {
			for (int i = 0; i < to.length; i++) {
				for (int j = 0; ids[i] == null && j < from.length; j++) {
					if (!used[j] && (pass == 1 || sameWindow(from[j], to[i]))) {
						ids[i] = from[j].getId();
						used[j] = true;
					}
				}
			}
		}
		List<Bandwidth> bandwidths = new ArrayList<>();
		for (int i = 0; i < to.length; i++) {
			bandwidths.add(Bandwidth.builder()
				.capacity(to[i].getCapacity())
				.refillGreedy(to[i].getRefillTokens(), Duration.ofNanos(to[i].getRefillPeriodNanos()))
				.id((ids[i] != null) ? ids[i] : "new" + i)
				.build());
		}
		return new BucketConfiguration(bandwidths);
	}

	private static boolean sameWindow(Bandwidth one, Bandwidth other) {
		return nanosToFull(one).equals(nanosToFull(other));
	}

	private static BigInteger nanosToFull(Bandwidth bandwidth) {
		BigInteger tokens = BigInteger.valueOf(bandwidth.getRefillTokens());
		return BigInteger.valueOf(bandwidth.getCapacity())
			.multiply(BigInteger.valueOf(bandwidth.getRefillPeriodNanos()))
			.add(tokens.subtract(BigInteger.ONE))
			.divide(tokens);
	}

}
