package io.github.ratelimit.store;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import java.math.BigInteger;

/** How far below zero calls can lower the permits of a token bucket. */
public final class DebtBound {

	private DebtBound() {
	}

	/**
	 * Returns the bound of a limit: its maximum debt. Below that are the permits that a
	 * limit which {@linkplain Limit#isPaced() paces} calls can have scheduled within its
	 * longest wait: they lower the level, and are no debt.
	 * @param limit a limit of token buckets
	 * @return permits, 0 or more, saturated; {@link Limit#UNBOUNDED_DEBT} if nothing is
	 * forgiven
	 */
	public static long of(Limit limit) {
		if (!limit.isPaced() || limit.maxDebt() == Limit.UNBOUNDED_DEBT) {
			return limit.maxDebt();
		}
		Rate rate = limit.rates().get(0);
		BigInteger scheduled = BigInteger.valueOf(limit.maxWait().toNanos())
			.multiply(BigInteger.valueOf(rate.permits()))
			.divide(BigInteger.valueOf(rate.period().toNanos()));
		return scheduled.add(BigInteger.valueOf(limit.maxDebt()))
			.min(BigInteger.valueOf(Limit.UNBOUNDED_DEBT))
			.longValueExact();
	}

}
