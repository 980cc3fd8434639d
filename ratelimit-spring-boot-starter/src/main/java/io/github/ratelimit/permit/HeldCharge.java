package io.github.ratelimit.permit;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * One charge of an allowed decision, as a part of what a call or a request holds. It is
 * settled or given back once. Thread-safe but for what the request guards.
 */
final class HeldCharge {

	private static final Logger logger = System.getLogger(HeldCharge.class.getName());

	private final ChargeDecision decision;

	private final LimitStore store;

	/** Whether it has been settled, given back, or is no longer pending. */
	private final AtomicBoolean settled = new AtomicBoolean();

	/** Whether this ends with the request. Guarded by the request. */
	private boolean endsWithRequest;

	/** Whether a call that did not fail has used it. Guarded by the request. */
	private boolean used;

	HeldCharge(ChargeDecision decision, LimitStore store) {
		this.decision = decision;
		this.store = store;
	}

	ChargeDecision decision() {
		return this.decision;
	}

	Charge charge() {
		return this.decision.charge();
	}

	/** Returns whether it ends with its call, not with the request of the call. */
	boolean isPassedOn() {
		return this.decision.isPassedOn();
	}

	boolean isSlot() {
		return this.decision.limit().isConcurrency();
	}

	/** Returns whether the charge may still be settled. */
	boolean isOpen() {
		return !isSlot() && !this.decision.isViolated() && !this.settled.get();
	}

	/** Returns whether the rest of the request may still settle it. */
	boolean isUndecided() {
		return isOpen() && StoreDecision.hasToEnd(this.decision);
	}

	boolean isOpenBudget() {
		return this.decision.limit().hasCost() && isOpen();
	}

	/**
	 * Returns whether a failure of the call gives it back. A pending charge depends on
	 * its outcome alone, which may be the failure.
	 */
	boolean isRefundedOnFailure() {
		return isOpenBudget() && !charge().isPending();
	}

	boolean endsWithRequest() {
		return this.endsWithRequest;
	}

	void endWithRequest() {
		this.endsWithRequest = true;
	}

	boolean used() {
		return this.used;
	}

	void use() {
		this.used = true;
	}

	/** Settles it, unless it has been. */
	boolean settle(long actual) {
		if (isSlot() || this.decision.isViolated() || !this.settled.compareAndSet(false, true)) {
			return false;
		}
		if (actual != charge().permits() || isPassedOn()) {
			attempt("settled", () -> this.decision.settle(this.store, actual));
		}
		this.decision.decided();
		return true;
	}

	/** Gives it back, unless it has been settled. */
	boolean giveBack() {
		if (this.decision.isViolated() || !this.settled.compareAndSet(false, true)) {
			return false;
		}
		attempt("given back", () -> this.decision.giveBack(this.store));
		this.decision.decided();
		return true;
	}

	/** Ends a charge that is still pending: its permits stay taken. */
	void keepPending() {
		if (charge().isPending() && this.settled.compareAndSet(false, true)) {
			this.decision.decided();
		}
	}

	private void attempt(String what, Runnable action) {
		try {
			action.run();
		}
		catch (RuntimeException | LinkageError ex) {
			logger.log(Level.DEBUG, "Permits of limit '" + this.decision.limit().name() + "' could not be " + what, ex);
		}
	}

	/**
	 * Settles the open parts, each limit and key by the same actual permits. If one limit
	 * and key was charged in several parts, they are settled part by part, so that
	 * together they cost the actual cost of the call.
	 * @param parts parts of one call or request
	 * @param which selects parts
	 * @param actual permits, 0 or more
	 * @return whether anything was settled
	 * @throws IllegalArgumentException if the permits are negative
	 */
	static boolean settle(List<HeldCharge> parts, Predicate<HeldCharge> which, long actual) {
		checkNotNegative(actual);
		List<HeldCharge> open = new ArrayList<>(parts.size());
		for (HeldCharge part : parts) {
			if (part.isOpen() && which.test(part)) {
				open.add(part);
			}
		}
		boolean settled = false;
		for (int i = 0; i < open.size(); i++) {
			HeldCharge first = open.get(i);
			if (open.subList(0, i).stream().noneMatch(first::isOfSameBucket)) {
				settled |= distribute(open.stream().filter(first::isOfSameBucket).toList(), actual);
			}
		}
		return settled;
	}

	private boolean isOfSameBucket(HeldCharge other) {
		return charge().sameBucketAs(other.charge());
	}

	/** The last part takes what exceeds all that was reserved. */
	private static boolean distribute(List<HeldCharge> parts, long actual) {
		boolean settled = false;
		long rest = actual;
		for (int i = 0; i < parts.size(); i++) {
			HeldCharge part = parts.get(i);
			boolean last = (i == parts.size() - 1);
			long share = last ? rest : Math.min(rest, part.charge().permits());
			if (part.settle(share)) {
				rest -= share;
				settled = true;
			}
		}
		return settled;
	}

	static void checkNotNegative(long permits) {
		if (permits < 0) {
			throw new IllegalArgumentException(
					"A call cannot have cost " + permits + " permits. Settle it with 0 or more, 0 if it cost nothing.");
		}
	}

}
