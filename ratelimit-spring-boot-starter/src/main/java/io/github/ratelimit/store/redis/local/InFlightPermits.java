package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.Receipt;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The permits of one key that this instance has granted and that the last snapshot does
 * not include yet: calls went on before their replies arrived, or their cost has not been
 * charged yet. Thread-safe.
 */
public final class InFlightPermits extends RememberedKeys.InFlightState {

	private long permits;

	/** By how many scheduled permits the last one has moved the state. */
	private int scheduled = 1;

	/**
	 * What is left of the initial state, after granted permits and refill.
	 */
	private @Nullable Snapshot left;

	/** The initial state, null if there was none. */
	private @Nullable Snapshot begunWith;

	/**
	 * Decides a charge from the last state of its key, less the permits that are granted
	 * already, and takes its permits. A key without a state is full.
	 * @param charge the charge
	 * @param encoding the limit
	 * @param last the last state, null if there is none
	 * @param instances how many instances divide what the last state had left
	 * @param startNanos when the call began, by this instance's monotonic clock
	 * @param nowNanos the time of that clock
	 * @param receipt of a charge that is paid
	 * @return the decision, null if this is over
	 */
	public synchronized @Nullable ChargeDecision take(Charge charge, LimitEncoding encoding, @Nullable Snapshot last,
			int instances, long startNanos, long nowNanos, Receipt receipt) {
		if (!use()) {
			return null;
		}
		Snapshot there = there(encoding, last, nowNanos);
		if (!there.has(charge, Math.max(0, TimeUnit.NANOSECONDS.toMicros(nowNanos - startNanos)))) {
			return there.refused(charge);
		}
		if (instances > 1 && !charge.limit().isPaced()
				&& !isInPart(charge, there, encoding.from(last, nowNanos), instances, nowNanos)) {
			return ChargeDecision.refused(charge, 0, LocalFallback.RETRY_NANOS, there.nanosToFull(0), there.perRate(0));
		}
		this.permits += charge.permits();
		if (charge.permits() == 0) {
			return there.granted(charge, receipt);
		}
		// each instance schedules one of as many permits as there are instances
		this.scheduled = charge.limit().isPaced() ? instances : 1;
		this.left = there.later(nowNanos, this.scheduled * charge.permits());
		return there.later(nowNanos, charge.permits()).granted(charge, receipt);
	}

	/**
	 * Returns whether a charge leaves the other instances their parts of the last state;
	 * the first one does in any case, like one that costs more than a share.
	 */
	private boolean isInPart(Charge charge, Snapshot there, Snapshot seen, int instances, long nowNanos) {
		if (this.permits <= 0) {
			return true;
		}
		long[] left = there.parts(1, nowNanos);
		long[] whole = seen.parts(1, nowNanos);
		long[] part = seen.parts(instances, nowNanos);
		boolean inPart = true;
		for (int i = 0; i < left.length; i++) {
			inPart &= charge.needed() <= part[i] - spent(whole[i], left[i], instances);
		}
		return inPart;
	}

	/**
	 * Returns the permits that this instance has granted of its part: its part of what
	 * has refilled meanwhile is there again.
	 */
	private long spent(long whole, long left, int instances) {
		long back = Math.max(0, this.permits - (whole - left));
		return this.permits - back / instances;
	}

	private Snapshot there(LimitEncoding encoding, @Nullable Snapshot last, long nowNanos) {
		Snapshot left = this.left;
		if (left != null && last == this.begunWith && left.encoding() == encoding) {
			return left.later(nowNanos, 0);
		}
		this.begunWith = last;
		Snapshot seen = encoding.from(last, nowNanos);
		Snapshot now;
		if (encoding.limit().isPaced() && left != null && left.encoding() == encoding) {
			now = behind(seen.later(nowNanos, 0), left.later(nowNanos, 0));
		}
		else {
			now = seen.later(nowNanos, this.permits);
		}
		this.left = now;
		return now;
	}

	/**
	 * Scheduled permits follow one another, even if the last state does not include them.
	 */
	private static Snapshot behind(Snapshot seen, Snapshot left) {
		return (left.nanosToFull(0) > seen.nanosToFull(0)) ? left : seen;
	}

	/**
	 * Lowers an instance's part of a state by what this instance has granted since, and
	 * raises it by its part of what has refilled meanwhile.
	 * @param parts permits of each rate
	 * @param last the state
	 * @param instances among how many it is divided
	 */
	synchronized void lower(long[] parts, Snapshot last, int instances, long nowNanos) {
		Snapshot left = (last == this.begunWith) ? this.left : null;
		long[] before = last.parts(1, nowNanos);
		long[] now = (left != null && left.encoding() == last.encoding()) ? left.parts(1, nowNanos) : null;
		for (int i = 0; i < parts.length; i++) {
			parts[i] -= (now != null) ? spent(before[i], now[i], instances) : this.permits;
		}
	}

	/** Adds permits that are granted; returns false if this state has ended. */
	synchronized boolean add(long permits) {
		if (!use()) {
			return false;
		}
		this.permits += permits;
		Snapshot left = this.left;
		this.left = (left != null) ? left.later(left.askedNanos(), permits) : null;
		return true;
	}

	@Override
	boolean isIdle() {
		return this.permits == 0;
	}

	/** Takes back permits of the last decision, which another limit has refused. */
	synchronized void undo(long permits) {
		Snapshot left = this.left;
		this.left = (left != null) ? left.later(left.askedNanos(), -this.scheduled * permits) : null;
		end(permits);
	}

	/** Removes permits that no call received, or that were added twice. */
	synchronized void giveUp(long permits) {
		add(-permits);
		end(0);
	}

	/** Removes permits that Redis has charged. */
	synchronized void end(long permits) {
		this.permits -= permits;
		this.left = (this.permits > 0) ? this.left : null;
	}

}
