package io.github.ratelimit.permit;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * One charge of an allowed decision, as a part of what a call or a request holds. It is
 * settled or given back once.
 */
final class HeldCharge {

	private final StorePermit permit;

	private final int index;

	/** Whether this ends with the request. Guarded by the request. */
	private boolean endsWithRequest;

	/** Whether a call that did not fail has used it. Guarded by the request. */
	private boolean used;

	private HeldCharge(StorePermit permit, int index) {
		this.permit = permit;
		this.index = index;
	}

	/**
	 * Returns the parts of an allowed decision, none if no store decided.
	 */
	static List<HeldCharge> of(Decision decision) {
		if (!(decision instanceof StoreDecision made)) {
			return List.of();
		}
		StorePermit permit = made.storePermit();
		List<HeldCharge> parts = new ArrayList<>(permit.taken().size());
		for (int i = 0; i < permit.taken().size(); i++) {
			parts.add(new HeldCharge(permit, i));
		}
		return parts;
	}

	/** Returns whether a call of this limit has to be ended or settled. */
	static boolean hasToEnd(ChargeDecision decision) {
		Limit limit = decision.limit();
		return limit.hasCost() || limit.isConcurrency() || decision.charge().isPending();
	}

	ChargeDecision decision() {
		return this.permit.taken().get(this.index);
	}

	Charge charge() {
		return decision().charge();
	}

	/** Returns whether it ends with its call, not with the request of the call. */
	boolean isPassedOn() {
		return decision().isPassedOn();
	}

	boolean isSlot() {
		return decision().limit().isConcurrency();
	}

	/** Returns whether the charge may still be settled. */
	boolean isOpen() {
		return !isSlot() && this.permit.isOpen(this.index);
	}

	/** Returns whether the rest of the request may still settle it. */
	boolean isUndecided() {
		return isOpen() && hasToEnd(decision());
	}

	boolean isOpenBudget() {
		return decision().limit().hasCost() && isOpen();
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

	boolean giveBack() {
		return this.permit.giveBack(this.index);
	}

	/** Ends a charge that is still pending: its permits stay taken. */
	void keepPending() {
		this.permit.keepPending(this.index);
	}

	/**
	 * Settles the open parts, each limit and key by the same actual permits. If one limit
	 * and key was charged in several parts, they are settled part by part, so that
	 * together they cost the actual cost of the call.
	 * @param parts parts of one call or request
	 * @param which selects parts
	 * @param actual permits, 0 or more
	 * @return whether anything was settled
	 */
	static boolean settle(List<HeldCharge> parts, Predicate<HeldCharge> which, long actual) {
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
			if (part.permit.settle(part.index, share)) {
				rest -= share;
				settled = true;
			}
		}
		return settled;
	}

}
