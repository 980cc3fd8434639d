package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;

/**
 * A limit as this store counts it: the keys, which all forms of the limit share, and the
 * terms of one form.
 *
 * @param table the keys
 * @param terms the numbers
 */
record MemoryLimit(KeyTable table, PreparedLimit terms) {

	ChargeDecision take(Charge charge) {
		return this.table.take(charge, this.terms);
	}

	ChargeDecision takeUncounted(Charge charge) {
		return this.table.takeUncounted(charge, this.terms);
	}

	ChargeDecision look(Charge charge) {
		return this.table.look(charge, this.terms);
	}

	void count(ChargeDecision decision) {
		this.table.count(decision);
	}

	void giveBack(ChargeDecision taken, long permits) {
		this.table.giveBack(taken, permits, this.terms);
	}

	void settle(ChargeDecision taken, long actual) {
		this.table.settle(taken, actual, this.terms);
	}

	void lower(Key key, long[] atMost) {
		this.table.lower(key, atMost, this.terms);
	}

}
