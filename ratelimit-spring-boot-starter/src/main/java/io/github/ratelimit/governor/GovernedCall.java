package io.github.ratelimit.governor;

import io.github.ratelimit.governor.SentHistory.Mark;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;

/**
 * A call that may be sent now, and is in flight until it {@linkplain #close() ends}.
 * Thread-safe.
 */
public final class GovernedCall implements AutoCloseable {

	private final Governor governor;

	private final CallCost cost;

	private final Mark mark;

	private final long waitedNanos;

	/** Guarded by the governor, as is the next. */
	private boolean answered;

	private boolean ended;

	GovernedCall(Governor governor, CallCost cost, Mark mark, long waitedNanos) {
		this.governor = governor;
		this.cost = cost;
		this.mark = mark;
		this.waitedNanos = waitedNanos;
	}

	/**
	 * Returns how long the call was queued.
	 * @return nanoseconds, 0 if it was not
	 */
	public long waitedNanos() {
		return this.waitedNanos;
	}

	/**
	 * Uses what the head of the response reports, and its body if it is an error's.
	 * @param snapshot what the response reports
	 * @param served whether the provider has served the call
	 */
	public void report(ProviderSnapshot snapshot, boolean served) {
		this.governor.report(this, snapshot, served);
	}

	/**
	 * Corrects the estimated cost and ends the call.
	 * @param actual what the call has used
	 */
	public void close(CallCost actual) {
		this.governor.end(this, actual);
	}

	/** Ends the call, which is charged as estimated. Further ends are ignored. */
	@Override
	public void close() {
		this.governor.end(this, this.cost);
	}

	/** Ends a call that did not reach the provider, which is not charged. */
	public void notSent() {
		this.governor.end(this, null);
	}

	/** Notes an answer, and returns whether it is the first. */
	boolean answer() {
		boolean first = !this.answered;
		this.answered = true;
		return first;
	}

	/** Notes an end, and returns whether it is the first. */
	boolean end() {
		boolean first = !this.ended;
		this.ended = true;
		return first;
	}

	/** Returns when the call was sent, and what had been sent by then. */
	Mark mark() {
		return this.mark;
	}

	/** Returns what the call is expected to be charged. */
	public CallCost cost() {
		return this.cost;
	}

}
