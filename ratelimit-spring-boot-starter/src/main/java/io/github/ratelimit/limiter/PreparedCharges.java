package io.github.ratelimit.limiter;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.queue.QueuedCall;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The charges of a call as they are sent to the store: as dry runs if their limits are in
 * shadow mode. Adds to the store's decisions what is known about pending calls.
 */
final class PreparedCharges {

	private static final PendingCharges.@Nullable Attempt[] NONE = {};

	private final List<Charge> charges;

	/**
	 * The attempts of the charges, null for one that is not pending; empty if no charge
	 * is.
	 */
	private final PendingCharges.@Nullable Attempt[] attempts;

	private final boolean part;

	private PreparedCharges(List<Charge> charges, PendingCharges.@Nullable Attempt[] attempts, boolean part) {
		this.charges = charges;
		this.attempts = attempts;
		this.part = part;
	}

	/**
	 * Prepares the charges of a call.
	 * @param own the charges, possibly several for the same permits
	 * @param mayWait whether the call may wait
	 * @param mode the mode of all limits
	 * @param pending the undecided calls
	 * @param part whether something else may still refuse the call
	 */
	static PreparedCharges of(List<Charge> own, boolean mayWait, LimitMode mode, PendingCharges pending, boolean part) {
		List<Charge> charges = Charge.distinct(own);
		PendingCharges.@Nullable Attempt[] attempts = ask(charges, pending);
		for (int i = 0; i < charges.size(); i++) {
			charges.set(i, prepared(charges.get(i), mayWait, mode));
		}
		return new PreparedCharges(charges, attempts, part);
	}

	private static PendingCharges.@Nullable Attempt[] ask(List<Charge> own, PendingCharges pending) {
		PendingCharges.@Nullable Attempt[] attempts = NONE;
		for (int i = 0; i < own.size(); i++) {
			if (own.get(i).isPending()) {
				attempts = (attempts.length > 0) ? attempts : new PendingCharges.@Nullable Attempt[own.size()];
				attempts[i] = pending.ask(own.get(i));
			}
		}
		return attempts;
	}

	private static Charge prepared(Charge charge, boolean mayWait, LimitMode mode) {
		boolean waits = mayWait && charge.limit().isPaced();
		Charge prepared = waits ? charge.waiting(charge.limit().maxWait().toNanos()) : charge;
		return (mode == LimitMode.SHADOW || charge.handle().registered().settings().mode() == LimitMode.SHADOW)
				? prepared.asDryRun() : prepared;
	}

	List<RegisteredLimit> limits() {
		return this.charges.stream().map((charge) -> charge.handle().registered()).toList();
	}

	List<Charge> charges() {
		return this.charges;
	}

	/** Returns whether something else may still refuse the call. */
	boolean isPart() {
		return this.part;
	}

	/** Returns whether refusals of a key may lead to a ban. */
	boolean canBan() {
		for (int i = 0; i < this.charges.size(); i++) {
			if (this.charges.get(i).handle().registered().refusals() != null) {
				return true;
			}
		}
		return false;
	}

	boolean waits() {
		for (int i = 0; i < this.charges.size(); i++) {
			if (this.charges.get(i).maxWaitNanos() > 0 && QueuedCall.waits(this.charges.get(i))) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Returns the decisions with what is known about pending calls.
	 * @param decisions the store's decisions, or the refusal of one limit without a call
	 * of the store
	 */
	List<ChargeDecision> answered(List<ChargeDecision> decisions) {
		if (this.attempts.length == 0 || decisions.size() != this.attempts.length) {
			return decisions;
		}
		boolean allowed = decisions.stream().noneMatch(ChargeDecision::isRefused);
		List<ChargeDecision> answered = new ArrayList<>(decisions);
		for (int i = 0; i < this.attempts.length; i++) {
			PendingCharges.Attempt attempt = this.attempts[i];
			if (attempt != null) {
				answered.set(i, attempt.answered(decisions.get(i), allowed));
			}
		}
		return answered;
	}

	/**
	 * Returns the refusal of a call that no longer waits. It is not counted, as no limit
	 * has refused the call.
	 */
	ChargeDecision interrupted() {
		Charge charge = this.charges.stream().filter(QueuedCall::waits).findFirst().orElseThrow();
		long wait = charge.maxWaitNanos();
		return ChargeDecision.refused(charge, 0, wait, wait, null);
	}

	/** Ends the attempts: the store has answered, or has failed. */
	void ended() {
		for (PendingCharges.Attempt attempt : this.attempts) {
			if (attempt != null) {
				attempt.ended();
			}
		}
	}

	/**
	 * Returns how many refusals of a key count towards a ban.
	 * @param decision the decision of a limit
	 * @param index its index among the charges
	 */
	int offences(ChargeDecision decision, int index) {
		PendingCharges.Attempt attempt = (index < this.attempts.length) ? this.attempts[index] : null;
		if (attempt != null && decision.charge().isPending()) {
			return attempt.offences();
		}
		// what is refused without the store may be a share of the limit
		boolean counts = decision.hasFacts() && !decision.isBanned() && !decision.isDegraded();
		return (decision.isViolated() && counts) ? 1 : 0;
	}

}
