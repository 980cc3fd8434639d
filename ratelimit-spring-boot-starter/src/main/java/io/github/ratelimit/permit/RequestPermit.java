package io.github.ratelimit.permit;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Permit;
import io.github.ratelimit.store.Charge;
import java.util.ArrayList;
import java.util.List;

/**
 * What a request holds of all its decisions, as one permit: those of rules and those of
 * the limited methods that it calls, including later ones. The filter
 * {@linkplain #close() closes} it, or lets it {@linkplain #fail() fail}, when the
 * response is complete.
 * <p>
 * It may hold several parts of one limit and key: what a rule reserved in advance, and
 * what a method reserved beyond that. They are settled as one. {@link #settle(long)}
 * applies only to the limits that have a cost.
 */
public final class RequestPermit implements Permit {

	/** Bounds the memory of a request that calls methods for hours. */
	private static final int MAX_RETURNED = 64;

	/** Decisions whose parts have not been needed yet. */
	private final List<Decision> unread;

	private final List<HeldCharge> parts = new ArrayList<>(0);

	private long spent;

	private boolean ended;

	/**
	 * Creates the permit of a request.
	 * @param decisions the decisions of rules by then, which hold until the response is
	 * complete
	 */
	public RequestPermit(List<Decision> decisions) {
		this.unread = new ArrayList<>(decisions);
	}

	/**
	 * Adds the decision of a rule, which holds until the response is complete.
	 * @param decision an allowed decision
	 */
	public void add(Decision decision) {
		synchronized (this) {
			if (!this.ended) {
				this.unread.add(decision);
				return;
			}
		}
		CallPermit.of(decision).close();
	}

	/**
	 * Adds the decision of a limited method that the request calls. The caller of this
	 * method ends the call, unless it is {@linkplain #keepOpen kept open}.
	 * @param decision an allowed decision
	 * @param covered what the request had paid for this call in advance
	 * @return the permit of the call
	 */
	public CallPermit call(Decision decision, List<Charge> covered) {
		List<HeldCharge> own = CallPermit.parts(decision);
		synchronized (this) {
			List<HeldCharge> inAdvance = covered.isEmpty() ? List.of() : parts().stream()
				.filter((part) -> part.endsWithRequest() && covered.stream().anyMatch(part.charge()::sameBucketAs))
				.toList();
			if (!this.ended) {
				this.parts.addAll(own);
			}
			return new CallPermit(own, inAdvance, this);
		}
	}

	/**
	 * Lets a call end with the request, if it does not end before.
	 * @param call a call of this request
	 * @param failsWithRequest whether the call fails if the request does
	 * @return false if the request has ended already, so that the caller of this method
	 * has to end the call
	 */
	public synchronized boolean keepOpen(CallPermit call, boolean failsWithRequest) {
		if (this.ended) {
			return false;
		}
		for (HeldCharge part : call.own()) {
			part.endWithRequest();
			if (!failsWithRequest) {
				part.use();
			}
		}
		return true;
	}

	/** Drops what an ended call held, except for what the request may still settle. */
	synchronized void returned(List<HeldCharge> own, List<HeldCharge> used) {
		used.forEach(HeldCharge::use);
		for (HeldCharge part : own) {
			part.use();
			part.endWithRequest();
			if (this.ended) {
				part.keepPending();
			}
			if (!part.isUndecided()) {
				this.parts.remove(part);
			}
		}
		while (this.parts.size() > MAX_RETURNED && removeOldestReturned()) {
			continue;
		}
	}

	/** Slots stay: they have to be given back. */
	private boolean removeOldestReturned() {
		for (HeldCharge part : this.parts) {
			if (part.used() && !part.isSlot()) {
				part.keepPending();
				return this.parts.remove(part);
			}
		}
		return false;
	}

	synchronized boolean hasSpent() {
		return this.spent > 0;
	}

	@Override
	public boolean settle(long actual) {
		return HeldCharge.settle(snapshot(), HeldCharge::isOpenBudget, actual);
	}

	@Override
	public boolean settle(String limit, long actual) {
		return HeldCharge.settle(snapshot(), (part) -> part.decision().limit().name().equals(limit), actual);
	}

	/**
	 * Settles one limit and key.
	 * @param charge a charge of the limit and the key
	 * @param actual permits, 0 or more
	 * @return whether this call settled the limit
	 * @throws IllegalArgumentException if the permits are negative
	 */
	public boolean settle(Charge charge, long actual) {
		return HeldCharge.settle(snapshot(), (part) -> part.charge().sameBucketAs(charge), actual);
	}

	/**
	 * Gives back what is {@linkplain Charge#pending() pending} of one limit and key,
	 * because the request is not charged.
	 * @param charge a charge of the limit and the key
	 */
	public void doesNotCount(Charge charge) {
		for (HeldCharge part : snapshot()) {
			if (part.charge().isPending() && part.charge().sameBucketAs(charge)) {
				part.giveBack();
			}
		}
	}

	/**
	 * Ends what is still pending of one limit and key, because the request is charged.
	 */
	public void counts(Charge charge) {
		for (HeldCharge part : snapshot()) {
			if (part.charge().sameBucketAs(charge)) {
				part.keepPending();
			}
		}
	}

	private synchronized List<HeldCharge> snapshot() {
		return List.copyOf(parts());
	}

	private List<HeldCharge> parts() {
		for (Decision decision : this.unread) {
			for (HeldCharge part : StoreDecision.heldBy(decision)) {
				part.endWithRequest();
				this.parts.add(part);
			}
		}
		this.unread.clear();
		return this.parts;
	}

	@Override
	public synchronized void spend(long permits) {
		HeldCharge.checkNotNegative(permits);
		this.spent = Math.max(this.spent, this.spent + permits);
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
		List<HeldCharge> over;
		long spent;
		synchronized (this) {
			if (this.ended) {
				return;
			}
			this.ended = true;
			over = parts().stream().filter(HeldCharge::endsWithRequest).toList();
			spent = this.spent;
		}
		over.stream().filter(HeldCharge::isSlot).forEach(HeldCharge::giveBack);
		if (spent > 0) {
			HeldCharge.settle(over, HeldCharge::isOpenBudget, spent);
		}
		else if (failed) {
			HeldCharge.settle(over, (part) -> part.isRefundedOnFailure() && !part.used(), 0);
		}
		over.stream().filter(HeldCharge::isPassedOn).forEach(HeldCharge::keepPending);
	}

	@Override
	public boolean giveBack() {
		List<HeldCharge> all;
		synchronized (this) {
			if (this.ended) {
				return false;
			}
			this.ended = true;
			all = List.copyOf(parts());
		}
		boolean given = false;
		for (HeldCharge part : all) {
			given |= part.giveBack();
		}
		return given;
	}

}
