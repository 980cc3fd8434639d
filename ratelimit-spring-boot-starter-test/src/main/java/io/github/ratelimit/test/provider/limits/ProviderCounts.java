package io.github.ratelimit.test.provider.limits;

import java.util.List;
import java.util.NoSuchElementException;

/**
 * The counts of a provider so far for one credential and model.
 *
 * @param admitted how many requests were admitted
 * @param refused how many requests were refused
 * @param limits the counts of each limit
 */
public record ProviderCounts(long admitted, long refused, List<LimitCounts> limits) {

	/**
	 * Returns the share of requests that were refused.
	 * @return the share, 0 if there was no request
	 */
	public double refusedShare() {
		return (this.refused == 0) ? 0 : this.refused / (double) (this.admitted + this.refused);
	}

	/**
	 * Returns the counts of the first limit of a unit.
	 * @param unit the unit
	 * @return the counts
	 * @throws NoSuchElementException if there is no such limit
	 */
	public LimitCounts of(LimitedUnit unit) {
		return this.limits.stream()
			.filter((counts) -> counts.limit().unit() == unit)
			.findFirst()
			.orElseThrow(() -> new NoSuchElementException("No limit of " + unit));
	}

}
