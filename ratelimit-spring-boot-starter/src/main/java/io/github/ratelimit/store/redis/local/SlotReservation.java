package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The slots that one decision requests, reserved among those that the calls of this
 * instance hold.
 *
 * @param charges the charges of the decision, none if it requests no slots
 */
public record SlotReservation(List<KeyCharge> charges) {

	private static final SlotReservation NONE = new SlotReservation(List.of());

	private static final long SOME_TIME = TimeUnit.SECONDS.toNanos(1);

	/** Notes that slots are requested; {@link #hold} or {@link #drop} has to follow. */
	public static SlotReservation of(List<KeyCharge> charges) {
		boolean any = false;
		for (KeyCharge requested : charges) {
			if (requested.isForSlots()) {
				requested.key().askSlots(requested.permits());
				any = true;
			}
		}
		return any ? new SlotReservation(charges) : NONE;
	}

	/** Notes that nothing was decided. */
	public void drop() {
		for (KeyCharge requested : this.charges) {
			if (requested.isForSlots()) {
				requested.key().slots().drop(requested.permits());
			}
		}
	}

	/**
	 * Holds the slots that were granted.
	 * @param decisions what was decided, in the order of the charges
	 * @param giveBack gives back what a decision took
	 * @return the decisions, which refuse if calls of this instance would have more slots
	 * than there are: Redis does not have all of them yet after an outage
	 */
	public List<ChargeDecision> hold(List<ChargeDecision> decisions, BiConsumer<ChargeDecision, KeyCharge> giveBack) {
		BitSet tooMany = null;
		for (int i = 0; i < this.charges.size(); i++) {
			if (this.charges.get(i).isForSlots() && !hold(this.charges.get(i), decisions.get(i))) {
				tooMany = (tooMany != null) ? tooMany : new BitSet(this.charges.size());
				tooMany.set(i);
			}
		}
		return (tooMany == null) ? decisions : refuse(decisions, tooMany, giveBack);
	}

	/**
	 * Returns false if the call exceeds the limit and has to give its slots back.
	 */
	private static boolean hold(KeyCharge requested, ChargeDecision decision) {
		Charge charge = requested.charge();
		LocalSlots slots = requested.key().slots();
		if (decision.receipt() == null) {
			slots.drop(charge.permits());
			return true;
		}
		// the local fallback has noted what it granted
		return decision.receipt() instanceof FallbackReceipt
				|| slots.hold(charge.permits(), charge.isEnforced() ? charge.limit().capacity() : Long.MAX_VALUE);
	}

	/** Slots of the charges that are too many are not held, and so do not end. */
	private List<ChargeDecision> refuse(List<ChargeDecision> decisions, BitSet tooMany,
			BiConsumer<ChargeDecision, KeyCharge> giveBack) {
		List<ChargeDecision> refused = new ArrayList<>(decisions.size());
		for (int i = 0; i < this.charges.size(); i++) {
			ChargeDecision decision = decisions.get(i);
			giveBack.accept(decision, this.charges.get(i));
			if (tooMany.get(i)) {
				refused.add(ChargeDecision.refused(decision.charge(), 0, SOME_TIME, SOME_TIME, null));
			}
			else {
				end(decision, this.charges.get(i).key());
				refused.add(decision.withoutReceipt());
			}
		}
		return refused;
	}

	/** Notes that a call has ended and its slots were given back. */
	public static void end(ChargeDecision taken, RememberedKey key) {
		if (taken.limit().isConcurrency() && taken.receipt() instanceof FallbackReceipt) {
			key.slots().drop(taken.charge().permits());
		}
		else if (taken.limit().isConcurrency() && taken.receipt() != null) {
			key.slots().end(taken.charge().permits());
		}
	}

}
