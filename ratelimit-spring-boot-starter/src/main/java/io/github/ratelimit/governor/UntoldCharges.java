package io.github.ratelimit.governor;

/**
 * What this instance has charged, and what of that the others do not know. Not
 * thread-safe.
 */
final class UntoldCharges {

	private double total;

	private double untold;

	private double telling;

	void add(double permits) {
		this.total += permits;
		this.untold += permits;
	}

	/** Corrects what was charged earlier. */
	void correct(double permits) {
		this.total -= permits;
	}

	/** Returns what was charged, as corrected since. */
	double total() {
		return this.total;
	}

	double untold() {
		return this.untold;
	}

	/** The total is being told. */
	void tell() {
		this.telling = this.untold;
	}

	/** The others know what was being told. */
	void told() {
		this.untold = Math.max(0, this.untold - this.telling);
		this.telling = 0;
	}

}
