package io.github.ratelimit.test.provider.limits;

import java.util.List;

/**
 * The counts of one limit so far.
 *
 * @param limit the limit as it is now
 * @param charged how many permits were charged, less those that corrections gave back
 * @param offered how many permits could have been charged: at first all of the limit, and
 * then those that have refilled since, or would have refilled if the bucket had not been
 * full (C + r T). A fixed window counts in full when it begins
 * @param windows the windows in which requests came, in the order of time
 */
public record LimitCounts(ProviderLimit limit, long charged, double offered, List<WindowCounts> windows) {

	/**
	 * Returns the share of the offered permits that were charged.
	 * @return the share, 0 for nothing and 1 for all; a little more if corrections have
	 * charged permits that were not available
	 */
	public double usedShare() {
		return this.charged / this.offered;
	}

}
