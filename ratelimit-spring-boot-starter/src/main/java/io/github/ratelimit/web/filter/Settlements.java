package io.github.ratelimit.web.filter;

import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.permit.RequestPermit;
import io.github.ratelimit.store.Charge;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.function.Predicate;

/**
 * The charges of a request that are settled by the status of its response. Thread-safe.
 */
final class Settlements {

	/** Limits what is kept for a request that calls methods for hours. */
	static final int MAX_SETTLEMENTS = 64;

	static final int UNKNOWN_STATUS = 0;

	private final RequestPermit permit;

	private final LimiterFailures limiterFailures;

	private final List<Settlement> waiting = new ArrayList<>(0);

	/**
	 * Creates them.
	 * @param permit what the request holds
	 * @param limiterFailures where failures are reported
	 */
	Settlements(RequestPermit permit, LimiterFailures limiterFailures) {
		this.permit = permit;
		this.limiterFailures = limiterFailures;
	}

	/**
	 * Adds a charge, unless there are too many. For one bucket the first settlement
	 * applies.
	 * @param charge limit and key
	 * @param actual permits by the status, negative if unknown
	 * @return false if there are too many
	 */
	synchronized boolean add(Charge charge, IntToLongFunction actual) {
		for (Settlement settlement : this.waiting) {
			if (settlement.charge().sameBucketAs(charge)) {
				return true;
			}
		}
		return this.waiting.size() < MAX_SETTLEMENTS && this.waiting.add(new Settlement(charge, actual));
	}

	/** Settles the charges that are taken whatever the outcome is. */
	void settleCosts(int status) {
		settle(status, (settlement) -> !settlement.charge().isPending());
	}

	/**
	 * Settles all remaining charges: the outcome of the request is known, or never will
	 * be.
	 */
	void settleAll(int status) {
		settle(status, (settlement) -> true);
	}

	private void settle(int status, Predicate<Settlement> which) {
		for (Settlement settlement : removed(which)) {
			Charge charge = settlement.charge();
			try {
				boolean unknown = status == UNKNOWN_STATUS && charge.isPending();
				long actual = unknown ? LimitedRequest.UNKNOWN : settlement.actual().applyAsLong(status);
				if (actual >= 0) {
					this.permit.settle(charge, actual);
				}
				else if (actual == LimitedRequest.NOT_COUNTED) {
					this.permit.doesNotCount(charge);
				}
			}
			catch (RuntimeException | LinkageError ex) {
				this.limiterFailures.report(List.of(), ex);
			}
			this.permit.counts(charge);
		}
	}

	private synchronized List<Settlement> removed(Predicate<Settlement> which) {
		List<Settlement> removed = this.waiting.stream().filter(which).toList();
		this.waiting.removeAll(removed);
		return removed;
	}

	/**
	 * A charge to settle after the response.
	 *
	 * @param charge limit and key
	 * @param actual permits by the status, negative if unknown
	 */
	private record Settlement(Charge charge, IntToLongFunction actual) {

	}

}
