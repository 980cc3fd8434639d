package io.github.ratelimit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a call asks the store for: its own charges, as the modes of their limits want
 * them, then whether any of its keys is banned. It reads the store's answer as the
 * decision about its own charges.
 */
final class AskedLimits {

	private final List<RegisteredLimit> limits;

	/** Own charges, then one for each of those whose limit has a penalty. */
	private final List<Charge> charges;

	private final PendingCalls pending;

	/** What undecided calls held of the own charges; null if none of them is pending. */
	private final long @Nullable [] heldBefore;

	private AskedLimits(List<RegisteredLimit> limits, List<Charge> charges, PendingCalls pending,
			long @Nullable [] heldBefore) {
		this.limits = limits;
		this.charges = charges;
		this.pending = pending;
		this.heldBefore = heldBefore;
	}

	static AskedLimits of(List<Charge> own, List<RegisteredLimit> limits, LimitMode mode, PendingCalls pending) {
		List<Charge> charges = new ArrayList<>(own.size());
		for (int i = 0; i < own.size(); i++) {
			charges.add(prepared(own.get(i), limits.get(i), mode));
		}
		for (int i = 0; i < own.size(); i++) {
			PenaltyLimits penalty = limits.get(i).penaltyLimits();
			if (penalty != null) {
				Charge charge = charges.get(i);
				Charge look = Charge.look(penalty.ban(), charge.key(), 1);
				charges.add(charge.enforced() ? look : look.inShadow());
			}
		}
		return new AskedLimits(limits, charges, pending, pending.permits(own));
	}

	private static Charge prepared(Charge charge, RegisteredLimit limit, LimitMode mode) {
		Charge prepared = charge.limit().paces() ? charge.waiting(charge.limit().maxWait().toNanos()) : charge;
		return (mode == LimitMode.SHADOW || limit.mode() == LimitMode.SHADOW) ? prepared.inShadow() : prepared;
	}

	List<RegisteredLimit> limits() {
		return this.limits;
	}

	List<Charge> charges() {
		return this.charges;
	}

	boolean waits() {
		for (int i = 0; i < this.charges.size(); i++) {
			if (WaitingCall.waits(this.charges.get(i))) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Returns what the limits say of the call's own charges.
	 * @param said the store's answer, or the refusal of one limit that was not asked
	 * @param taken is told what a limit gave to a key that is banned: in shadow a ban
	 * stops nothing, and the store does not know what it is for
	 */
	List<LimitDecision> own(List<LimitDecision> said, Consumer<LimitDecision> taken) {
		List<LimitDecision> own = judged(said, taken);
		return (this.heldBefore != null) ? this.pending.decided(own, this.heldBefore) : own;
	}

	private List<LimitDecision> judged(List<LimitDecision> said, Consumer<LimitDecision> taken) {
		if (said.size() < this.charges.size() || this.charges.size() == this.limits.size()) {
			return said;
		}
		List<LimitDecision> own = new ArrayList<>(said.subList(0, this.limits.size()));
		int ban = this.limits.size();
		for (int i = 0; i < own.size(); i++) {
			if (this.limits.get(i).penaltyLimits() != null) {
				LimitDecision before = own.get(i);
				own.set(i, punished(before, said.get(ban++)));
				if (own.get(i) != before && !before.violated()) {
					taken.accept(before);
				}
			}
		}
		return own;
	}

	private static LimitDecision punished(LimitDecision said, LimitDecision ban) {
		if (!ban.violated()) {
			return said;
		}
		long wait = Math.max(said.retryAfterNanos(), ban.retryAfterNanos());
		return ban.unavailable() ? LimitDecision.unavailable(said.charge(), wait) : LimitDecision.banned(said, wait);
	}

	/**
	 * Returns the limit that said something.
	 * @param decision what it said
	 * @param index its place in the answer
	 */
	RegisteredLimit limitOf(LimitDecision decision, int index) {
		String name = decision.limit().name();
		RegisteredLimit limit = this.limits.get(index);
		for (int i = 0; !limit.limit().name().equals(name); i++) {
			limit = this.limits.get(i);
		}
		return limit;
	}

}
