package io.github.ratelimit.permit;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * One limit of an allowed decision, as a part of what a call or a request holds. It is
 * settled or given back once, whoever does it.
 */
final class HeldCharge {

	private final StorePermit permit;

	private final int index;

	/** Whether the end of the request is the end of this. Guarded by the request. */
	private boolean endsWithRequest;

	/** Whether a call has made use of it that did not fail. Guarded by the request. */
	private boolean used;

	private HeldCharge(StorePermit permit, int index) {
		this.permit = permit;
		this.index = index;
	}

	/**
	 * Returns the parts of an allowed decision, none where the limiter did not decide.
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

	/** Returns whether a call of this limit is over only when somebody says so. */
	static boolean hasToEnd(ChargeDecision decision) {
		Limit limit = decision.limit();
		return limit.costed() || limit.isConcurrency() || decision.charge().isPending();
	}

	ChargeDecision decision() {
		return this.permit.taken().get(this.index);
	}

	Charge charge() {
		return decision().charge();
	}

	boolean isSlot() {
		return decision().limit().isConcurrency();
	}

	/** Returns whether it may be told what this has cost. */
	boolean isOpen() {
		return !isSlot() && this.permit.isOpen(this.index);
	}

	/** Returns whether the rest of the request may have something to say about it. */
	boolean isUndecided() {
		return isOpen() && hasToEnd(decision());
	}

	boolean isOpenBudget() {
		return decision().limit().costed() && isOpen();
	}

	/**
	 * Returns whether a failure of the call gives it back. What is pending counts by its
	 * outcome alone, and a failure may be the one that counts.
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

	/** Ends what is still pending: it counts. */
	void keepPending() {
		this.permit.keepPending(this.index);
	}

	/**
	 * Settles what is still open, each limit and key by the same actual permits. What was
	 * charged of one limit and key in several parts is settled part by part, so that all
	 * together cost what the call did cost.
	 * @param parts parts of one call or request
	 * @param which those that are meant
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

	/** The last part takes what is above all that was reserved. */
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
