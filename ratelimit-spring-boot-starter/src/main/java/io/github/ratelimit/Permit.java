package io.github.ratelimit;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What an allowed call holds of all its limits. Most callers never look at it: permits of
 * a rate are spent by being taken. Thread-safe.
 */
public final class Permit {

	private static final Logger logger = System.getLogger(Permit.class.getName());

	private final List<LimitDecision> taken;

	private final @Nullable LimitStore store;

	private final AtomicBoolean givenBack = new AtomicBoolean();

	Permit(List<LimitDecision> taken, @Nullable LimitStore store) {
		this.taken = taken;
		this.store = store;
	}

	/**
	 * Gives everything back that the call took, where it still can go: to the state it
	 * came from, never above what that state can hold. What has gone meanwhile (evicted,
	 * reset, refilled) is dropped; so is what a store cannot take back now, which is the
	 * safe side. Only the first call does anything.
	 * @return whether this call gave it back; false if no limit was asked
	 */
	public boolean giveBack() {
		if (this.store == null || !this.givenBack.compareAndSet(false, true)) {
			return false;
		}
		for (LimitDecision limit : this.taken) {
			try {
				this.store.giveBack(limit);
			}
			catch (RuntimeException ex) {
				logger.log(Level.DEBUG, "Permits of limit '" + limit.limit().name() + "' could not be given back", ex);
			}
		}
		return true;
	}

}
