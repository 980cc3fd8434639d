package io.github.ratelimit.permit;

import io.github.ratelimit.Decision;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What one call of a method holds: of its own decision, and of what the request that it
 * belongs to had paid for it in advance. Its end frees its own places; those of the
 * request stay. Thread-safe, and nothing here throws.
 */
public final class CallPermit {

	private static final CallPermit NOTHING = new CallPermit(List.of(), List.of(), null);

	private final List<HeldCharge> own;

	private final List<HeldCharge> covered;

	private final @Nullable RequestPermit request;

	private final AtomicBoolean ended = new AtomicBoolean();

	CallPermit(List<HeldCharge> own, List<HeldCharge> covered, @Nullable RequestPermit request) {
		this.own = own;
		this.covered = covered;
		this.request = request;
	}

	/**
	 * Returns the permit of a call that holds nothing.
	 * @return the permit
	 */
	public static CallPermit nothing() {
		return NOTHING;
	}

	/**
	 * Returns the permit of a call that belongs to no request.
	 * @param decision an allowed decision
	 * @return what the call holds of the limits that have a cost or count calls under way
	 */
	public static CallPermit of(Decision decision) {
		List<HeldCharge> own = parts(decision);
		return own.isEmpty() ? NOTHING : new CallPermit(own, List.of(), null);
	}

	/** Returns what is still of interest when the decision has been made. */
	static List<HeldCharge> parts(Decision decision) {
		List<ChargeDecision> limits = StoreDecision.chargesOf(decision);
		for (int i = 0; i < limits.size(); i++) {
			if (HeldCharge.hasToEnd(limits.get(i))) {
				return HeldCharge.of(decision).stream().filter((part) -> HeldCharge.hasToEnd(part.decision())).toList();
			}
		}
		return List.of();
	}

	/**
	 * Returns whether there is anything to settle or to end.
	 * @return false if the call holds nothing
	 */
	public boolean holdsNothing() {
		return this.own.isEmpty() && this.covered.isEmpty();
	}

	/**
	 * Tells what the call cost at one limit, whether it paid for it itself or the request
	 * did in advance: the difference to what was reserved is given back or charged. Only
	 * the first time does anything.
	 * @param charge names limit and key
	 * @param actual permits, 0 or more
	 * @return whether the limit was settled now
	 */
	public boolean settle(Charge charge, long actual) {
		StorePermit.checkNotNegative(actual);
		List<HeldCharge> parts = new ArrayList<>(this.covered);
		parts.addAll(this.own);
		return HeldCharge.settle(parts, (part) -> part.charge().sameBucketAs(charge), actual);
	}

	/**
	 * Ends a call that did what it was called for: what has not been settled has cost
	 * what was reserved.
	 */
	public void close() {
		end(false);
	}

	/**
	 * Ends a call that failed: what it reserved itself by its cost and has not settled is
	 * given back, unless the request was told what it spent.
	 */
	public void fail() {
		end(true);
	}

	private void end(boolean failed) {
		if (holdsNothing() || !this.ended.compareAndSet(false, true)) {
			return;
		}
		for (HeldCharge part : this.own) {
			if (part.isSlot()) {
				part.giveBack();
			}
		}
		boolean spentNothing = this.request == null || !this.request.hasSpent();
		if (failed && spentNothing) {
			HeldCharge.settle(this.own, HeldCharge::isRefundedOnFailure, 0);
		}
		if (this.request != null) {
			this.request.returned(this.own, failed ? List.of() : this.covered);
		}
		else {
			this.own.forEach(HeldCharge::keepPending);
		}
	}

	List<HeldCharge> own() {
		return this.own;
	}

}
