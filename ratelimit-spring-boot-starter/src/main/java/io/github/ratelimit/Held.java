package io.github.ratelimit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * One limit of an allowed decision, as a part of what a call or a request holds. It is
 * settled or given back once, whoever does it.
 */
final class Held {

	private final StorePermit permit;

	private final int index;

	/** Whether the end of the request is the end of this. Guarded by the request. */
	private boolean endsWithRequest;

	/** Whether a call has made use of it that did not fail. Guarded by the request. */
	private boolean used;

	private Held(StorePermit permit, int index) {
		this.permit = permit;
		this.index = index;
	}

	/**
	 * Returns the parts of an allowed decision, none where the limiter did not decide.
	 */
	static List<Held> of(Decision decision) {
		StorePermit permit = decision.storePermit();
		List<Held> parts = new ArrayList<>(permit.taken().size());
		for (int i = 0; i < permit.taken().size(); i++) {
			parts.add(new Held(permit, i));
		}
		return parts;
	}

	/** Returns whether a call of this limit is over only when somebody says so. */
	static boolean hasToEnd(LimitDecision decision) {
		Limit limit = decision.limit();
		return limit.costed() || limit.isConcurrency() || decision.charge().isPending();
	}

	LimitDecision decision() {
		return this.permit.taken().get(this.index);
	}

	Charge charge() {
		return decision().charge();
	}

	boolean isPlace() {
		return decision().limit().isConcurrency();
	}

	/** Returns whether it may be told what this has cost. */
	boolean isOpen() {
		return !isPlace() && this.permit.isOpen(this.index);
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
	static boolean settle(List<Held> parts, Predicate<Held> which, long actual) {
		List<Held> open = new ArrayList<>(parts.size());
		for (Held part : parts) {
			if (part.isOpen() && which.test(part)) {
				open.add(part);
			}
		}
		boolean settled = false;
		for (int i = 0; i < open.size(); i++) {
			Held first = open.get(i);
			if (open.subList(0, i).stream().noneMatch(first::isOfSameBucket)) {
				settled |= distribute(open.stream().filter(first::isOfSameBucket).toList(), actual);
			}
		}
		return settled;
	}

	private boolean isOfSameBucket(Held other) {
		return charge().sameBucketAs(other.charge());
	}

	/** The last part takes what is above all that was reserved. */
	private static boolean distribute(List<Held> parts, long actual) {
		boolean settled = false;
		long rest = actual;
		for (int i = 0; i < parts.size(); i++) {
			Held part = parts.get(i);
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
