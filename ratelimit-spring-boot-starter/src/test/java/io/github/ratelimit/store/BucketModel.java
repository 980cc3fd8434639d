package io.github.ratelimit.store;

import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.Rate;
import java.math.BigInteger;

/**
 * The bucket of one key, plainly: each rate's level is a fraction of a permit counted in
 * 1/period, so that nothing is ever rounded. Waits are rounded up to the resolution of
 * the store's clock.
 */
public final class BucketModel {

	private final Limit limit;

	private final long resolution;

	private final BigInteger[] levels;

	private long now;

	public BucketModel(Limit limit, long now, long resolution) {
		this.limit = limit;
		this.resolution = resolution;
		this.now = now;
		this.levels = new BigInteger[limit.rates().size()];
		for (int i = 0; i < this.levels.length; i++) {
			this.levels[i] = full(i);
		}
	}

	public Limit limit() {
		return this.limit;
	}

	/** Lets time pass until then. */
	public BucketModel at(long nanos) {
		BigInteger elapsed = BigInteger.valueOf(nanos - this.now);
		this.now = nanos;
		for (int i = 0; i < this.levels.length; i++) {
			BigInteger refill = elapsed.multiply(BigInteger.valueOf(rate(i).permits()));
			this.levels[i] = this.levels[i].add(refill).min(full(i));
		}
		return this;
	}

	public boolean has(long permits) {
		return remaining() >= permits;
	}

	public void take(long permits) {
		for (int i = 0; i < this.levels.length; i++) {
			this.levels[i] = this.levels[i].subtract(units(i, permits));
		}
	}

	public void giveBack(long permits) {
		for (int i = 0; i < this.levels.length; i++) {
			this.levels[i] = this.levels[i].add(units(i, permits)).min(full(i));
		}
	}

	public long remaining(int rate) {
		return this.levels[rate].divide(units(rate, 1)).longValueExact();
	}

	public long remaining() {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < this.levels.length; i++) {
			least = Math.min(least, remaining(i));
		}
		return least;
	}

	public long waitFor(long permits) {
		if (permits > this.limit.capacity()) {
			return LimitDecision.NEVER;
		}
		long longest = 0;
		for (int i = 0; i < this.levels.length; i++) {
			longest = Math.max(longest, waitUntil(i, units(i, permits)));
		}
		return longest;
	}

	public long timeToFull(int rate) {
		return waitUntil(rate, full(rate));
	}

	public long timeToFull() {
		long longest = 0;
		for (int i = 0; i < this.levels.length; i++) {
			longest = Math.max(longest, timeToFull(i));
		}
		return longest;
	}

	private long waitUntil(int rate, BigInteger level) {
		BigInteger missing = level.subtract(this.levels[rate]);
		if (missing.signum() <= 0) {
			return 0;
		}
		BigInteger perTick = BigInteger.valueOf(rate(rate).permits()).multiply(BigInteger.valueOf(this.resolution));
		BigInteger[] ticks = missing.divideAndRemainder(perTick);
		long whole = ticks[0].longValueExact() + ((ticks[1].signum() > 0) ? 1 : 0);
		return Math.multiplyExact(whole, this.resolution);
	}

	private BigInteger full(int rate) {
		return units(rate, rate(rate).burst());
	}

	private BigInteger units(int rate, long permits) {
		return BigInteger.valueOf(permits).multiply(BigInteger.valueOf(rate(rate).period().toNanos()));
	}

	private Rate rate(int rate) {
		return this.limit.rates().get(rate);
	}

}
