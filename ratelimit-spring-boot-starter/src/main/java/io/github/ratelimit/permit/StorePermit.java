package io.github.ratelimit.permit;

import io.github.ratelimit.Permit;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The permit of a decision. Each of its limits is settled once, and ends once.
 * Thread-safe.
 */
public final class StorePermit implements Permit {

	private static final Logger logger = System.getLogger(StorePermit.class.getName());

	private static final int OPEN = 0;

	private static final int SETTLED = 1;

	private final List<ChargeDecision> taken;

	private final LimitStore store;

	private final AtomicIntegerArray states;

	private final AtomicBoolean ended = new AtomicBoolean();

	private final LongAdder spent = new LongAdder();

	/**
	 * Creates the permit.
	 * @param taken the decisions of the limits
	 * @param store the store that decided it
	 */
	public StorePermit(List<ChargeDecision> taken, LimitStore store) {
		this.taken = taken;
		this.store = store;
		this.states = new AtomicIntegerArray(taken.size());
	}

	/** Returns the decisions of this permit. */
	List<ChargeDecision> taken() {
		return this.taken;
	}

	/** Returns whether a limit may still be settled or given back. */
	boolean isOpen(int index) {
		return !this.taken.get(index).isViolated() && this.states.get(index) == OPEN;
	}

	@Override
	public boolean settle(long actual) {
		checkNotNegative(actual);
		boolean only = this.taken.size() == 1;
		boolean settled = false;
		for (int i = 0; i < this.taken.size(); i++) {
			if (only || this.taken.get(i).limit().hasCost()) {
				settled |= settle(i, actual);
			}
		}
		return settled;
	}

	@Override
	public boolean settle(String limit, long actual) {
		checkNotNegative(actual);
		boolean settled = false;
		for (int i = 0; i < this.taken.size(); i++) {
			if (this.taken.get(i).limit().name().equals(limit)) {
				settled |= settle(i, actual);
			}
		}
		return settled;
	}

	/** Settles one limit, unless it has been. */
	boolean settle(int index, long actual) {
		ChargeDecision limit = this.taken.get(index);
		if (limit.isViolated() || limit.limit().isConcurrency() || !this.states.compareAndSet(index, OPEN, SETTLED)) {
			return false;
		}
		if (actual != limit.charge().permits() || limit.isPassedOn()) {
			attempt(limit, "settled", (store) -> limit.settle(store, actual));
		}
		limit.decided();
		return true;
	}

	@Override
	public void spend(long permits) {
		checkNotNegative(permits);
		this.spent.add(permits);
	}

	static void checkNotNegative(long permits) {
		if (permits < 0) {
			throw new IllegalArgumentException(
					"A call cannot have cost " + permits + " permits. Settle it with 0 or more, 0 if it cost nothing.");
		}
	}

	@Override
	public void close() {
		end(false);
	}

	@Override
	public void fail() {
		end(true);
	}

	private void end(boolean failed) {
		if (!this.ended.compareAndSet(false, true)) {
			return;
		}
		long spent = this.spent.sum();
		for (int i = 0; i < this.taken.size(); i++) {
			ChargeDecision limit = this.taken.get(i);
			if (limit.limit().isConcurrency()) {
				giveBack(i);
			}
			else if (limit.limit().hasCost() && (spent > 0 || (failed && !limit.charge().isPending()))) {
				settle(i, spent);
			}
			keepPending(i);
		}
	}

	@Override
	public boolean giveBack() {
		if (!this.ended.compareAndSet(false, true)) {
			return false;
		}
		for (int i = 0; i < this.taken.size(); i++) {
			giveBack(i);
		}
		return true;
	}

	/** Ends a pending charge, whose permits stay taken, unless it has been settled. */
	void keepPending(int index) {
		ChargeDecision limit = this.taken.get(index);
		if (limit.charge().isPending() && this.states.compareAndSet(index, OPEN, SETTLED)) {
			limit.decided();
		}
	}

	/** Gives one limit back, unless it has been settled. */
	boolean giveBack(int index) {
		ChargeDecision limit = this.taken.get(index);
		if (!limit.isViolated() && this.states.compareAndSet(index, OPEN, SETTLED)) {
			attempt(limit, "given back", limit::giveBack);
			limit.decided();
			return true;
		}
		return false;
	}

	private void attempt(ChargeDecision limit, String what, Consumer<LimitStore> action) {
		try {
			action.accept(this.store);
		}
		catch (RuntimeException | LinkageError ex) {
			logger.log(Level.DEBUG, "Permits of limit '" + limit.limit().name() + "' could not be " + what, ex);
		}
	}

}
