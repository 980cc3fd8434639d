package io.github.ratelimit.governor;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The ratio of a provider's charge to the estimates of this process: wrong estimates,
 * other instances and other users of the same quota, in one number. Learned from the
 * difference of two reports. Not thread-safe.
 */
final class EstimateFactor {

	/** Other instances may be using the same quota at first. */
	static final double UNKNOWN = 4;

	/** How many times as much as before is expected to be charged after a refusal. */
	private static final double REFUSED = 1.25;

	/** A request may allow a much longer output than its response has. */
	private static final double MIN = 0.05;

	private static final double MAX = 12;

	/** After this time what was learned no longer depends on the initial value. */
	private static final long LEARNING_NANOS = TimeUnit.SECONDS.toNanos(30);

	private static final double LONGEST_STEP = 0.2;

	private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(20);

	private static final long FIRST_STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(2500);

	private static final long LEARN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	/**
	 * How many times as large as the other an estimate or a usage counts at most: one
	 * that somebody made up would count for thousands of calls.
	 */
	private static final double FARTHEST = 100;

	/** A limit that is not used shows nothing. */
	private static final double FULL = 0.98;

	private final double start;

	private final long createdAt;

	/** From which is learned next, null before the first report. */
	private @Nullable Report last;

	private double value;

	private long calls;

	private double meanEstimated;

	private double meanActual;

	EstimateFactor(double start, long now) {
		this.start = start;
		this.createdAt = now;
		this.value = start;
	}

	double value() {
		return this.value;
	}

	/** Returns the factor for waits: the initial one is a precaution, and no estimate. */
	double toPredict(long now) {
		return isLearning(now) ? 1 : this.value;
	}

	private boolean isLearning(long now) {
		return now - this.createdAt < LEARNING_NANOS;
	}

	/**
	 * Uses another report.
	 * @param quota its limit
	 * @param remaining what remained
	 * @param sentAt when the call was sent whose response reported that
	 * @param charged what had been sent by then
	 */
	void learn(ReportedQuota quota, double remaining, long sentAt, double charged) {
		Report last = this.last;
		if (last != null && sentAt - last.sentAt() < LEARN_NANOS) {
			return;
		}
		boolean full = remaining >= quota.capacity() * FULL;
		if (last != null && !full && !quota.hasBegunAgain(remaining - last.remaining())) {
			long nanos = sentAt - last.sentAt();
			double refilled = last.remaining() + quota.refilled(nanos);
			double least = Math.min(quota.capacity(), refilled) - remaining;
			double most = refilled - remaining;
			// what could not refill is unknown: what fits is believed, at first the most
			double estimated = charged - last.charged();
			double expected = isLearning(sentAt) ? most : estimated * this.value;
			double total = Math.max(least, Math.min(most, expected));
			learn(estimated, total, nanos, sentAt - this.createdAt);
		}
		this.last = new Report(sentAt, charged, remaining);
	}

	/**
	 * Learns from two reports.
	 * @param estimated the permits that this process expected between them
	 * @param charged the permits that the provider charged between them
	 * @param nanos the time between them
	 * @param age for how long something is learned
	 */
	private void learn(double estimated, double charged, long nanos, long age) {
		if (estimated <= 0 || nanos <= 0) {
			return;
		}
		double weight = (double) nanos / Math.min(STEP_NANOS, Math.max(FIRST_STEP_NANOS, age));
		double ratio = Math.max(0.05, Math.min(20, charged / (estimated * this.value)));
		this.value *= Math.pow(ratio, Math.min(LONGEST_STEP, weight));
		this.value = Math.max(MIN, Math.min(Math.max(MAX, this.start), this.value));
	}

	/** Learns from one call: a moving average over about a hundred of them. */
	void learnUsage(double estimated, double actual) {
		if (estimated <= 0 || actual <= 0) {
			return;
		}
		double weight = 1.0 / Math.min(100, ++this.calls);
		this.meanEstimated += (Math.min(estimated, FARTHEST * actual) - this.meanEstimated) * weight;
		this.meanActual += (Math.min(actual, FARTHEST * estimated) - this.meanActual) * weight;
		this.value = Math.max(MIN, Math.min(MAX, this.meanActual / this.meanEstimated));
	}

	/** Starts with what another instance has learned. */
	void adopt(double learned) {
		this.value = Math.max(MIN, Math.min(MAX, learned));
	}

	/** A refusal shows that more was charged than this process expected. */
	void underestimated() {
		scale(REFUSED);
	}

	/** As many times as before are charged for what is estimated. */
	void scale(double times) {
		adopt(this.value * times);
	}

	/**
	 * A report of the provider.
	 *
	 * @param sentAt when the call was sent whose response reported it
	 * @param charged what had been sent by then
	 * @param remaining what remained
	 */
	private record Report(long sentAt, double charged, double remaining) {
	}

}
