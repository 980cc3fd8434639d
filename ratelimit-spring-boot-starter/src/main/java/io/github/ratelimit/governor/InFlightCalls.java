package io.github.ratelimit.governor;

import io.github.ratelimit.governor.OtherInstances.Change;
import io.github.ratelimit.governor.SharedNote.QuotaNote;
import io.github.ratelimit.governor.SharedNote.SentNote;
import io.github.ratelimit.provider.dialect.Dimension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The calls in flight: how many this instance has, and the estimated permits of those
 * that were sent a short time ago and are not answered yet, by the time at which they
 * were sent, of this instance and of others. The provider may have taken such a call
 * after one that was sent later, so the later one's report may not include it. Not
 * thread-safe.
 */
final class InFlightCalls {

	private static final long SLOT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	/** The maximum delay after which a request can still overtake another. */
	static final long OVERTAKEN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private static final int OVERTAKEN_SLOTS = (int) (OVERTAKEN_NANOS / SLOT_NANOS);

	/** The newest report is rarely older. */
	static final int SLOTS = 100;

	/** For so long all calls count: soon an answer shows what is left after them. */
	private static final int NEW_SLOTS = 30;

	/** Of earlier ones, the provider has taken about half after the reported one. */
	private static final double AFTER = 0.5;

	private final double[] permits = new double[SLOTS * CallCost.DIMENSIONS.length];

	private final long origin;

	private int count;

	private long newest;

	/** Those of other instances, by the time of this one. */
	private List<SentNote> ofOthers = List.of();

	/** Whether other instances are known: else the factor stands for what they send. */
	private boolean shared;

	InFlightCalls(long now) {
		this.origin = now;
	}

	/** Returns how many calls of this instance have not ended. */
	int count() {
		return this.count;
	}

	void add(CallCost cost, long sentAt) {
		this.count++;
		long slot = slot(sentAt);
		forget(slot);
		cost.addTo(this.permits, index(slot), 1);
	}

	void remove() {
		this.count--;
	}

	/** Notes that the call has been answered, or ends without an answer. */
	void answered(CallCost cost, long sentAt) {
		long slot = slot(sentAt);
		if (slot > this.newest - SLOTS) {
			cost.addTo(this.permits, index(slot), -1);
		}
	}

	/**
	 * Returns what calls need that a call may have overtaken.
	 * @param dimension what is counted
	 * @param sentAt when the call was sent
	 * @param now the time
	 */
	double overtaken(Dimension dimension, long sentAt, long now) {
		forget(slot(now));
		long last = slot(sentAt);
		double sum = 0;
		int slots = this.shared ? SLOTS : NEW_SLOTS;
		long first = Math.max(0, Math.max(last - OVERTAKEN_SLOTS, this.newest - slots + 1));
		for (long slot = first; slot <= last; slot++) {
			sum += this.permits[index(slot) + dimension.ordinal()];
		}
		double all = Math.max(0, sum) + overtakenOfOthers(dimension, sentAt, now);
		return (this.shared && now - sentAt > NEW_SLOTS * SLOT_NANOS) ? all * AFTER : all;
	}

	private double overtakenOfOthers(Dimension dimension, long sentAt, long now) {
		double sum = 0;
		for (SentNote calls : this.ofOthers) {
			boolean taken = sentAt - calls.at() > OVERTAKEN_NANOS || now - calls.at() > SLOTS * SLOT_NANOS;
			sum += (taken || calls.begin() - sentAt > 0) ? 0 : calls.permits(dimension);
		}
		return sum;
	}

	/** Uses what other instances knew when they left their last notes. */
	void ofOthers(List<Change> changes) {
		this.shared = !changes.isEmpty();
		this.ofOthers = changes.stream().flatMap((change) -> change.seen().unanswered().stream()).toList();
	}

	/**
	 * Returns the calls of this instance that a report may not include, for the others.
	 * @param quotas the last reports
	 * @param now the time
	 */
	List<SentNote> notes(List<QuotaNote> quotas, long now) {
		forget(slot(now));
		long oldest = quotas.stream()
			.filter((quota) -> !quota.configured())
			.mapToLong(QuotaNote::reportNanos)
			.max()
			.orElse(SLOTS * SLOT_NANOS);
		List<SentNote> notes = new ArrayList<>();
		long first = Math.max(slot(now - oldest) - OVERTAKEN_SLOTS, this.newest - SLOTS + 1);
		for (long slot = Math.max(0, first); slot <= this.newest; slot++) {
			long begin = slot * SLOT_NANOS;
			SentNote calls = new SentNote(begin, Math.min(begin + SLOT_NANOS, now - this.origin),
					permits(slot, Dimension.REQUESTS), permits(slot, Dimension.INPUT_TOKENS),
					permits(slot, Dimension.OUTPUT_TOKENS));
			if (!calls.isNothing()) {
				notes.add(calls);
			}
		}
		return notes;
	}

	private double permits(long slot, Dimension dimension) {
		return Math.max(0, this.permits[index(slot) + dimension.ordinal()]);
	}

	private void forget(long slot) {
		for (long old = Math.max(this.newest, slot - SLOTS) + 1; old <= slot; old++) {
			Arrays.fill(this.permits, index(old), index(old) + CallCost.DIMENSIONS.length, 0);
		}
		this.newest = Math.max(this.newest, slot);
	}

	private long slot(long time) {
		return Math.max(0, time - this.origin) / SLOT_NANOS;
	}

	private static int index(long slot) {
		return (int) (slot % SLOTS) * CallCost.DIMENSIONS.length;
	}

}
