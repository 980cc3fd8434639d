package io.github.ratelimit.store;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import java.math.BigInteger;

/**
 * The token bucket of one key: each rate's level is a fraction of a permit counted in
 * 1/period, so that nothing is ever rounded.
 */
public class BucketModel extends LimitModel {

	private final BigInteger[] levels;

	public BucketModel(Limit limit, long now, long resolution) {
		super(limit, now, resolution);
		this.levels = new BigInteger[limit.rates().size()];
		for (int i = 0; i < this.levels.length; i++) {
			this.levels[i] = full(i);
		}
	}

	@Override
	public BucketModel at(long nanos) {
		BigInteger elapsed = BigInteger.valueOf(nanos - now());
		super.at(nanos);
		for (int i = 0; i < this.levels.length; i++) {
			BigInteger refill = elapsed.multiply(BigInteger.valueOf(rate(i).permits()));
			this.levels[i] = this.levels[i].add(refill).min(full(i));
		}
		return this;
	}

	public final void take(long permits) {
		for (int i = 0; i < this.levels.length; i++) {
			this.levels[i] = this.levels[i].subtract(units(i, permits));
		}
	}

	public final void giveBack(long permits) {
		for (int i = 0; i < this.levels.length; i++) {
			this.levels[i] = this.levels[i].add(units(i, permits)).min(full(i));
		}
	}

	@Override
	public Object takeFrom(long permits) {
		take(permits);
		return this;
	}

	@Override
	public void giveBackTo(Object from, long permits) {
		giveBack(permits);
	}

	@Override
	protected long balance(int rate) {
		BigInteger[] parts = this.levels[rate].divideAndRemainder(units(rate, 1));
		return parts[0].longValueExact() - ((parts[1].signum() < 0) ? 1 : 0);
	}

	@Override
	protected long room() {
		return plusDebt(balance(), limit().maxDebt());
	}

	@Override
	protected long waitForPayable(long permits) {
		long longest = 0;
		for (int i = 0; i < this.levels.length; i++) {
			longest = Math.max(longest, waitUntil(i, units(i, permits)));
		}
		return longest;
	}

	@Override
	public long timeToFull(int rate) {
		return waitUntil(rate, full(rate));
	}

	protected final BigInteger level(int rate) {
		return this.levels[rate];
	}

	protected final long waitUntil(int rate, BigInteger level) {
		BigInteger missing = level.subtract(this.levels[rate]);
		if (missing.signum() <= 0) {
			return 0;
		}
		BigInteger perTick = BigInteger.valueOf(rate(rate).permits()).multiply(BigInteger.valueOf(resolution()));
		BigInteger[] ticks = missing.divideAndRemainder(perTick);
		long whole = ticks[0].longValueExact() + ((ticks[1].signum() > 0) ? 1 : 0);
		return Math.multiplyExact(whole, resolution());
	}

	protected BigInteger full(int rate) {
		return units(rate, rate(rate).burst());
	}

	protected final BigInteger units(int rate, long permits) {
		return BigInteger.valueOf(permits).multiply(BigInteger.valueOf(rate(rate).period().toNanos()));
	}

	protected final Rate rate(int rate) {
		return limit().rates().get(rate);
	}

}
