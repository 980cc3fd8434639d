package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.redis.local.InFlightReceipt;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.SlotEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings together what was decided before an answer was there, and the answer: what a
 * call was let go with and Redis has granted stays taken, what Redis has refused is owed,
 * and what it has granted to a call that was refused goes back.
 */
final class InFlightCall {

	private final ChargeGroup group;

	/** Null where a charge was refused, or never wanted. */
	private final @Nullable InFlightReceipt[] receipts;

	private final RedisDecisions decisions;

	InFlightCall(ChargeGroup group, @Nullable InFlightReceipt[] receipts, RedisDecisions decisions) {
		this.group = group;
		this.receipts = receipts;
		this.decisions = decisions;
	}

	/** Returns whether the call goes on without its answer. */
	boolean goesOn() {
		for (InFlightReceipt receipt : this.receipts) {
			if (receipt != null) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Notes the answer.
	 * @param said what each charge was answered
	 * @param fresh names the places that were asked for, of each charge
	 */
	void answered(List<ChargeDecision> said, byte[][] fresh) {
		for (int i = 0; i < this.receipts.length; i++) {
			ChargeDecision decision = said.get(i);
			Snapshot state = (decision.receipt() instanceof Snapshot seen) ? seen : null;
			InFlightReceipt receipt = this.receipts[i];
			if (receipt == null) {
				this.decisions.sendBack(decision, this.group.known()[i]);
			}
			else if (state != null) {
				this.decisions.hold(decision, this.group.known()[i]);
				end(i);
				receipt.taken(state);
			}
			else {
				owe(i, receipt, fresh[i]);
			}
		}
	}

	/**
	 * Notes that there is no answer, or that nothing was asked.
	 * @param fresh names the places that were asked for, of each charge
	 */
	void failed(boolean ofOneKey, byte[][] fresh) {
		for (int i = 0; i < this.receipts.length; i++) {
			InFlightReceipt receipt = this.receipts[i];
			if (receipt == null) {
				// what is wrong with a key is found before anything is taken
				givePlacesBack(i, ofOneKey ? null : fresh[i]);
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
				owe(i, receipt, this.group.terms()[i].fresh(this.group.known()[i].labelBytes()));
			}
		}
	}

	private void givePlacesBack(int index, byte @Nullable [] fresh) {
		long places = this.group.charges().get(index).permits();
		if (fresh != null && places > 0 && this.group.terms()[index] instanceof SlotEncoding) {
			this.decisions.places().giveBack(this.group.known()[index], fresh, places);
		}
	}

	private void owe(int index, InFlightReceipt receipt, byte[] fresh) {
		Charge charge = this.group.charges().get(index);
		RememberedKey key = this.group.known()[index];
		if (charge.permits() == 0) {
			receipt.owed();
		}
		else if (receipt.terms() instanceof SlotEncoding terms) {
			receipt.taken(this.decisions.places().claim(key, terms, fresh, charge.permits()));
			end(index);
		}
		else {
			this.decisions.owe(key, receipt.terms(), charge.permits());
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
