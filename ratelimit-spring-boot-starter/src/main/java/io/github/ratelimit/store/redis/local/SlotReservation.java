package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;

/**
 * The slots that one decision requests, reserved among those that the calls of this
 * instance hold.
 *
 * @param charges the charges of the decision, none if it requests no slots
 * @param keys their keys, in the same order
 */
public record SlotReservation(List<Charge> charges, RememberedKey[] keys) {

	private static final SlotReservation NONE = new SlotReservation(List.of(), new RememberedKey[0]);

	private static final long SOME_TIME = TimeUnit.SECONDS.toNanos(1);

	/** Notes that slots are requested; {@link #hold} or {@link #drop} has to follow. */
	public static SlotReservation of(List<Charge> charges, RememberedKey[] keys) {
		boolean any = false;
		for (int i = 0; i < keys.length; i++) {
			if (charges.get(i).limit().isConcurrency()) {
				keys[i].askSlots(charges.get(i).permits());
				any = true;
			}
		}
		return any ? new SlotReservation(charges, keys) : NONE;
	}

	/** Notes that nothing was decided. */
	public void drop() {
		for (int i = 0; i < this.keys.length; i++) {
			if (this.charges.get(i).limit().isConcurrency()) {
				this.keys[i].slots().drop(this.charges.get(i).permits());
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
	public List<ChargeDecision> hold(List<ChargeDecision> decisions, ObjIntConsumer<ChargeDecision> giveBack) {
		int tooMany = -1;
		for (int i = 0; i < this.keys.length; i++) {
			if (this.charges.get(i).limit().isConcurrency() && !hold(i, decisions.get(i))) {
				tooMany = i;
			}
		}
		return (tooMany < 0) ? decisions : refuse(decisions, tooMany, giveBack);
	}

	/**
	 * Returns false if the call exceeds the limit and has to give its slots back.
	 */
	private boolean hold(int index, ChargeDecision decision) {
		Charge charge = this.charges.get(index);
		LocalSlots slots = this.keys[index].slots();
		if (decision.receipt() == null) {
			slots.drop(charge.permits());
			return true;
		}
		// the local fallback has noted what it granted
		return decision.receipt() instanceof FallbackReceipt
				|| slots.hold(charge.permits(), charge.isEnforced() ? charge.limit().capacity() : Long.MAX_VALUE);
	}

	private List<ChargeDecision> refuse(List<ChargeDecision> decisions, int tooMany,
			ObjIntConsumer<ChargeDecision> giveBack) {
		List<ChargeDecision> refused = new ArrayList<>(decisions.size());
		for (int i = 0; i < this.keys.length; i++) {
			ChargeDecision decision = decisions.get(i);
			giveBack.accept(decision, i);
			if (i == tooMany) {
				refused.add(ChargeDecision.refused(decision.charge(), 0, SOME_TIME, SOME_TIME, null));
			}
			else {
				end(decision, this.keys[i]);
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
