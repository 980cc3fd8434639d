package io.github.ratelimit.store;

import io.github.ratelimit.Limit;
import java.math.BigInteger;

/**
 * A leaky bucket: a bucket of one permit, from which every call takes its permit when it
 * is full, whatever the call costs. A permit is given back only if no later one is taken.
 */
final class PacedModel extends BucketModel {

	private Object lastTurn = this;

	PacedModel(Limit limit, long now, long resolution) {
		super(limit, now, resolution);
	}

	@Override
	protected BigInteger full(int rate) {
		return units(rate, 1);
	}

	@Override
	public long remaining(int rate) {
		BigInteger inTime = BigInteger.valueOf(limit().maxWait().toNanos())
			.multiply(BigInteger.valueOf(rate(rate).permits()));
		BigInteger[] further = level(rate).subtract(units(rate, 1)).add(inTime).divideAndRemainder(units(rate, 1));
		long floor = further[0].longValueExact() - ((further[1].signum() < 0) ? 1 : 0);
		return Math.max(0, Math.min(limit().capacity(), floor + 1));
	}

	@Override
	public boolean grants(Charge charge) {
		return charge.needed() == 0
				|| (charge.needed() <= limit().capacity() && timeToFull(0) <= charge.maxWaitNanos());
	}

	@Override
	public long turnAfter(Charge charge) {
		return (charge.needed() == 0) ? 0 : timeToFull(0);
	}

	@Override
	protected long waitForPayable(long needed) {
		return (needed == 0) ? 0 : timeToFull(0);
	}

	/** Scheduled permits are no debt. */
	@Override
	protected long room() {
		long room = super.room();
		BigInteger scheduled = BigInteger.valueOf(limit().maxWait().toNanos())
			.multiply(BigInteger.valueOf(rate(0).permits()))
			.divide(BigInteger.valueOf(rate(0).period().toNanos()));
		return (limit().maxDebt() == Limit.UNBOUNDED_DEBT) ? room : room + scheduled.longValueExact();
	}

	@Override
	public Object takeFrom(long permits) {
		take(permits);
		this.lastTurn = new Object();
		return this.lastTurn;
	}

	@Override
	public void giveBackTo(Object from, long permits) {
		if (from == this.lastTurn) {
			giveBack(permits);
			this.lastTurn = new Object();
		}
	}

}
