package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.local.InFlightReceipt;
import io.github.ratelimit.store.redis.local.KeyCharge;
import io.github.ratelimit.store.redis.script.SlotEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Combines the decisions that were made before the reply with the reply: permits that
 * Redis has granted to a call that went on stay taken, permits that it has refused become
 * a debt, and permits that it has granted to a refused call are given back.
 *
 * @param group the charges of the call
 * @param decisions of the charges in the same order, none if no caller needs them any
 * more: a charge that has taken something has an {@link InFlightReceipt}
 * @param settlements where it is settled
 */
record InFlightCall(ChargeGroup group, List<ChargeDecision> decisions, RedisSettlements settlements) {

	/** Returns whether the call goes on without its reply. */
	boolean goesOn() {
		return this.decisions.stream().anyMatch((decision) -> decision.receipt() instanceof InFlightReceipt);
	}

	private @Nullable InFlightReceipt receipt(int index) {
		return (!this.decisions.isEmpty() && this.decisions.get(index).receipt() instanceof InFlightReceipt taken)
				? taken : null;
	}

	/**
	 * Notes the reply.
	 * @param replies what each charge was answered
	 * @param fresh the names of the requested slots, of each charge
	 */
	void answered(List<ChargeDecision> replies, byte[][] fresh) {
		for (int i = 0; i < this.group.size(); i++) {
			KeyCharge requested = this.group.charges().get(i);
			ChargeDecision reply = replies.get(i);
			Snapshot state = (reply.receipt() instanceof Snapshot taken) ? taken : null;
			InFlightReceipt receipt = receipt(i);
			if (receipt == null && state != null) {
				this.settlements.sendBack(requested.permits(), state, requested.key());
			}
			else if (receipt != null && state != null) {
				this.settlements.hold(reply, requested.key());
				requested.charged();
				receipt.taken(state);
			}
			else if (receipt != null) {
				owe(requested, receipt, fresh[i]);
			}
		}
	}

	/**
	 * Notes that there is no reply.
	 * @param ofOneKey whether a foreign value of a key is the reason, so that nothing was
	 * taken
	 * @param fresh the names of the requested slots, of each charge
	 */
	void failed(boolean ofOneKey, byte[][] fresh) {
		for (int i = 0; i < this.group.size(); i++) {
			KeyCharge requested = this.group.charges().get(i);
			InFlightReceipt receipt = receipt(i);
			if (receipt != null && !ofOneKey) {
				owe(requested, receipt, fresh[i]);
			}
			else if (receipt != null) {
				requested.giveUp();
				receipt.lost();
			}
			else if (!ofOneKey && requested.permits() > 0 && requested.encoding() instanceof SlotEncoding) {
				// a foreign value of a key is found before anything is taken
				this.settlements.slotLeases().giveBack(requested.key(), fresh[i], requested.permits());
			}
		}
	}

	/** Notes that nothing was sent, and nothing will be. */
	void unasked() {
		for (int i = 0; i < this.group.size(); i++) {
			KeyCharge requested = this.group.charges().get(i);
			InFlightReceipt receipt = receipt(i);
			if (receipt != null) {
				owe(requested, receipt, requested.fresh());
			}
		}
	}

	private void owe(KeyCharge requested, InFlightReceipt receipt, byte[] fresh) {
		long permits = requested.permits();
		if (permits == 0) {
			receipt.owed();
		}
		else if (requested.encoding() instanceof SlotEncoding encoding) {
			receipt.taken(this.settlements.slotLeases().claim(requested.key(), encoding, fresh, permits));
			requested.charged();
		}
		else {
			this.settlements.owe(requested, permits);
			requested.giveUp();
			receipt.owed();
		}
	}

}
