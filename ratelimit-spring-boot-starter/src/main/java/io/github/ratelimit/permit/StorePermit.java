package io.github.ratelimit.permit;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Permit;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/**
 * The permit of a decision. Each of its limits is settled once, and ends once.
 * Thread-safe.
 */
public final class StorePermit implements Permit {

	private final List<HeldCharge> parts;

	private final AtomicBoolean ended = new AtomicBoolean();

	private final LongAdder spent = new LongAdder();

	/**
	 * Creates the permit.
	 * @param taken the decisions of the limits
	 * @param store the store that decided it
	 */
	public StorePermit(List<ChargeDecision> taken, LimitStore store) {
		this.parts = new ArrayList<>(taken.size());
		for (ChargeDecision decision : taken) {
			this.parts.add(new HeldCharge(decision, store));
		}
	}

	/** Returns what each limit holds. */
	List<HeldCharge> parts() {
		return this.parts;
	}

	@Override
	public boolean settle(long actual) {
		boolean only = this.parts.size() == 1;
		return settle((limit) -> only || limit.hasCost(), actual);
	}

	@Override
	public boolean settle(String limit, long actual) {
		return settle((each) -> each.name().equals(limit), actual);
	}

	private boolean settle(Predicate<Limit> which, long actual) {
		checkNotNegative(actual);
		boolean settled = false;
		for (HeldCharge part : this.parts) {
			if (which.test(part.decision().limit())) {
				settled |= part.settle(actual);
			}
		}
		return settled;
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
		for (HeldCharge part : this.parts) {
			if (part.isSlot()) {
				part.giveBack();
			}
			else if (part.decision().limit().hasCost() && (spent > 0 || (failed && !part.charge().isPending()))) {
				part.settle(spent);
			}
			part.keepPending();
		}
	}

	@Override
	public boolean giveBack() {
		if (!this.ended.compareAndSet(false, true)) {
			return false;
		}
		this.parts.forEach(HeldCharge::giveBack);
		return true;
	}

}
