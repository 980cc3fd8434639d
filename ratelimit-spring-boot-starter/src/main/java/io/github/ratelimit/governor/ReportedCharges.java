package io.github.ratelimit.governor;

import java.util.concurrent.TimeUnit;

/**
 * Learns from the difference of two reports what the provider charges. Not thread-safe.
 */
final class ReportedCharges {

	private static final long LEARN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	/** A limit that is not used shows nothing. */
	private static final double FULL = 0.98;

	private final ChargeFactor factor;

	private final long createdAt;

	/** The report from which the factor is learned next. */
	private long sentAt;

	private double charged;

	private double remaining;

	private boolean reported;

	ReportedCharges(ChargeFactor factor, long now) {
		this.factor = factor;
		this.createdAt = now;
	}

	/**
	 * Uses another report.
	 * @param budget its limit
	 * @param remaining what remained
	 * @param sentAt when the call was sent whose response reported that
	 * @param charged what had been sent by then
	 */
	void learn(QuotaBudget budget, double remaining, long sentAt, double charged) {
		long nanos = sentAt - this.sentAt;
		if (this.reported && nanos < LEARN_NANOS) {
			return;
		}
		boolean full = remaining >= budget.capacity() * FULL;
		if (this.reported && !full && !budget.hasBegunAgain(remaining - this.remaining)) {
			double total = this.remaining + budget.refilled(nanos) - remaining;
			this.factor.learn(charged - this.charged, total, nanos, sentAt - this.createdAt);
		}
		this.reported = true;
		this.sentAt = sentAt;
		this.charged = charged;
		this.remaining = remaining;
	}

}
