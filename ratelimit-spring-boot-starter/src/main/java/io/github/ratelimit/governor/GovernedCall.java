package io.github.ratelimit.governor;

import java.util.concurrent.atomic.AtomicBoolean;

import io.github.ratelimit.governor.SentCalls.Mark;
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

	private final AtomicBoolean answered = new AtomicBoolean();

	private final AtomicBoolean ended = new AtomicBoolean();

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
		this.governor.report(this.mark, this.cost, !this.answered.getAndSet(true), snapshot, served);
	}

	/**
	 * Corrects the estimated cost and ends the call.
	 * @param actual what the call has used
	 */
	public void close(CallCost actual) {
		if (this.ended.compareAndSet(false, true)) {
			this.governor.end(this.mark, this.cost, actual, this.answered.getAndSet(true));
		}
	}

	/** Ends the call, which is charged as estimated. Further ends are ignored. */
	@Override
	public void close() {
		if (this.ended.compareAndSet(false, true)) {
			this.governor.end(this.mark, this.cost, this.cost, this.answered.getAndSet(true));
		}
	}

	/** Ends a call that did not reach the provider, which is not charged. */
	public void notSent() {
		if (this.ended.compareAndSet(false, true)) {
			this.governor.notSent(this.mark, this.cost, this.answered.getAndSet(true));
		}
	}

	/** Returns what the call is expected to be charged. */
	public CallCost cost() {
		return this.cost;
	}

}
