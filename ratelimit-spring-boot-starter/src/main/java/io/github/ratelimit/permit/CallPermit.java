package io.github.ratelimit.permit;

import io.github.ratelimit.Decision;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What one in-flight call of a method holds: the permits of its own decision, and those
 * that its request had paid in advance. When the call ends, its own slots are free again;
 * the slots of the request stay taken. Thread-safe. A failure of the store is not thrown.
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
	 * @return what the call holds of the limits that have a cost or count concurrent
	 * calls
	 */
	public static CallPermit of(Decision decision) {
		List<HeldCharge> own = parts(decision);
		return own.isEmpty() ? NOTHING : new CallPermit(own, List.of(), null);
	}

	/** Returns the charges that have to be settled or ended. */
	static List<HeldCharge> parts(Decision decision) {
		return !StoreDecision.hasToEnd(decision) ? List.of()
				: StoreDecision.heldBy(decision)
					.stream()
					.filter((part) -> StoreDecision.hasToEnd(part.decision()))
					.toList();
	}

	/**
	 * Returns whether there is nothing to settle and nothing to end.
	 * @return whether the call holds nothing
	 */
	public boolean holdsNothing() {
		return this.own.isEmpty() && this.covered.isEmpty();
	}

	/**
	 * Settles one limit, whether the call itself or its request paid for it: the
	 * difference to what was reserved is given back or charged. Only the first settlement
	 * has an effect.
	 * @param charge a charge of the limit and the key
	 * @param actual permits, 0 or more
	 * @return whether the limit was settled now
	 */
	public boolean settle(Charge charge, long actual) {
		List<HeldCharge> parts = new ArrayList<>(this.covered);
		parts.addAll(this.own);
		return HeldCharge.settle(parts, (part) -> part.charge().sameBucketAs(charge), actual);
	}

	/**
	 * Returns what the call passes on to what it calls.
	 * @return the decisions whose permits are passed on, mostly none
	 */
	public List<ChargeDecision> passedOn() {
		List<ChargeDecision> passedOn = List.of();
		for (HeldCharge part : this.own) {
			if (part.isPassedOn()) {
				passedOn = passedOn.isEmpty() ? new ArrayList<>(1) : passedOn;
				passedOn.add(part.decision());
			}
		}
		return passedOn;
	}

	/**
	 * Ends a call that succeeded: charges that have not been settled cost what they
	 * reserved.
	 */
	public void close() {
		end(false);
	}

	/**
	 * Ends a call that failed: what it reserved itself by its cost and has not settled is
	 * given back, unless the request has spent something.
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
			else if (part.isPassedOn()) {
				part.keepPending();
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
