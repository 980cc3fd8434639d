package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.local.InFlightReceipt;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.SlotEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Combines a decision that was made before the reply with the reply: permits that Redis
 * has granted to a call that went on stay taken, permits that it has refused become a
 * debt, and permits that it has granted to a refused call are given back.
 *
 * @param group the charges of the call
 * @param receipts what each charge has taken, null for one that was refused or has no
 * cost
 * @param settlements where it is settled
 */
record InFlightCall(ChargeGroup group, @Nullable InFlightReceipt[] receipts, RedisSettlements settlements) {

	/** Returns whether the call goes on without its reply. */
	boolean goesOn() {
		for (InFlightReceipt receipt : this.receipts) {
			if (receipt != null) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Notes the reply.
	 * @param replies what each charge was answered
	 * @param fresh the names of the requested slots, of each charge
	 */
	void answered(List<ChargeDecision> replies, byte[][] fresh) {
		for (int i = 0; i < this.receipts.length; i++) {
			ChargeDecision decision = replies.get(i);
			Snapshot state = (decision.receipt() instanceof Snapshot seen) ? seen : null;
			InFlightReceipt receipt = this.receipts[i];
			if (receipt == null) {
				this.settlements.sendBack(decision, this.group.known()[i]);
			}
			else if (state != null) {
				this.settlements.hold(decision, this.group.known()[i]);
				end(i);
				receipt.taken(state);
			}
			else {
				owe(i, receipt, fresh[i]);
			}
		}
	}

	/**
	 * Notes that there is no reply, or that nothing was sent.
	 * @param fresh the names of the requested slots, of each charge
	 */
	void failed(boolean ofOneKey, byte[][] fresh) {
		for (int i = 0; i < this.receipts.length; i++) {
			InFlightReceipt receipt = this.receipts[i];
			if (receipt == null) {
				// a foreign value of a key is found before anything is taken
				giveSlotsBack(i, ofOneKey ? null : fresh[i]);
			}
			else if (ofOneKey) {
				giveUp(i);
				receipt.lost();
			}
			else {
				owe(i, receipt, fresh[i]);
			}
		}
	}

	/** Notes that nothing was sent, and nothing will be. */
	void unasked() {
		for (int i = 0; i < this.receipts.length; i++) {
			InFlightReceipt receipt = this.receipts[i];
			if (receipt != null) {
				owe(i, receipt, this.group.encodings()[i].fresh(this.group.known()[i].labelBytes()));
			}
		}
	}

	private void giveSlotsBack(int index, byte @Nullable [] fresh) {
		long slots = this.group.charges().get(index).permits();
		if (fresh != null && slots > 0 && this.group.encodings()[index] instanceof SlotEncoding) {
			this.settlements.slotLeases().giveBack(this.group.known()[index], fresh, slots);
		}
	}

	private void owe(int index, InFlightReceipt receipt, byte[] fresh) {
		Charge charge = this.group.charges().get(index);
		RememberedKey key = this.group.known()[index];
		if (charge.permits() == 0) {
			receipt.owed();
		}
		else if (receipt.encoding() instanceof SlotEncoding encoding) {
			receipt.taken(this.settlements.slotLeases().claim(key, encoding, fresh, charge.permits()));
			end(index);
		}
		else {
			this.settlements.owe(key, receipt.encoding(), charge.permits());
			giveUp(index);
			receipt.owed();
		}
	}

	private void giveUp(int index) {
		this.group.known()[index].late().giveUp(this.group.charges().get(index).permits());
	}

	private void end(int index) {
		this.group.known()[index].late().end(this.group.charges().get(index).permits());
	}

}
