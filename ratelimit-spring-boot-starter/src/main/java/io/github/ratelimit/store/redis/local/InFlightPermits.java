package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The permits of one key that this instance has given away and that the last snapshot
 * does not lack yet: calls went on before their replies were there, or cost what is still
 * to be charged. Thread-safe.
 */
public final class InFlightPermits extends InFlightState {

	private long permits;

	/**
	 * What they have left, and time has brought back, of the state that it began with.
	 */
	private @Nullable Snapshot left;

	/** Null if there was none. */
	private @Nullable Snapshot begunWith;

	/**
	 * Decides a charge from the last state of its key, less the permits that are given
	 * away, and takes its permits. A key that was never seen is full.
	 * @param charge what is asked
	 * @param encoding the limit
	 * @param last the last state, null if there is none
	 * @param startNanos when the call asked, by this instance's monotonic clock
	 * @param nowNanos the time of that clock
	 * @param receipt of a charge that is paid
	 * @return the decision, null if this is over
	 */
	public synchronized @Nullable ChargeDecision take(Charge charge, LimitEncoding encoding, @Nullable Snapshot last,
			long startNanos, long nowNanos, InFlightReceipt receipt) {
		if (!use()) {
			return null;
		}
		Snapshot there = there(encoding, last, nowNanos);
		if (!there.has(charge, Math.max(0, TimeUnit.NANOSECONDS.toMicros(nowNanos - startNanos)))) {
			return there.refused(charge);
		}
		this.permits += charge.permits();
		Snapshot left = (charge.permits() == 0) ? there : there.later(nowNanos, charge.permits());
		this.left = left;
		return left.granted(charge, receipt);
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

	/** Turns that were given come one after the other, whatever the last state knows. */
	private static Snapshot behind(Snapshot seen, Snapshot left) {
		return (left.nanosToFull(0) > seen.nanosToFull(0)) ? left : seen;
	}

	/**
	 * Lowers an instance's part of a state by what this instance has given away of it, of
	 * which it has its part of what time has brought back meanwhile.
	 * @param parts permits of each rate
	 * @param last the state
	 * @param instances among how many it is divided
	 */
	synchronized void lower(long[] parts, Snapshot last, int instances, long nowNanos) {
		Snapshot left = (last == this.begunWith) ? this.left : null;
		long[] before = last.parts(1, nowNanos);
		long[] now = (left != null && left.encoding() == last.encoding()) ? left.parts(1, nowNanos) : null;
		for (int i = 0; i < parts.length; i++) {
			long back = (now != null) ? Math.max(0, this.permits - (before[i] - now[i])) : 0;
			parts[i] -= this.permits - back / instances;
		}
	}

	/** Adds permits that are given away; false if this is over. */
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

	/** Ends what is given away, since nobody has got it, or it was added once more. */
	public synchronized void giveUp(long permits) {
		add(-permits);
		end(0);
	}

	/** Ends what is given away, since Redis lacks it. */
	public synchronized void end(long permits) {
		this.permits -= permits;
		this.left = (this.permits > 0) ? this.left : null;
	}

}
