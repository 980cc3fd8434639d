package io.github.ratelimit.store.memory;

import io.github.ratelimit.Charge;
import io.github.ratelimit.Key;
import io.github.ratelimit.LimitDecision;

/**
 * A limit as this store counts it: the keys, which all forms of the limit share, and the
 * numbers of one form.
 *
 * @param table the keys
 * @param terms the numbers
 */
record MemoryLimit(KeyTable table, LimitTerms terms) {

	LimitDecision take(Charge charge) {
		return this.table.take(charge, this.terms);
	}

	LimitDecision takeUncounted(Charge charge) {
		return this.table.takeUncounted(charge, this.terms);
	}

	LimitDecision look(Charge charge) {
		return this.table.look(charge, this.terms);
	}

	void count(LimitDecision decision) {
		this.table.count(decision);
	}

	void giveBack(LimitDecision taken, long permits) {
		this.table.giveBack(taken, permits, this.terms);
	}

	void settle(LimitDecision taken, long actual) {
		this.table.settle(taken, actual, this.terms);
	}

	void lower(Key key, long[] atMost) {
		this.table.lower(key, atMost, this.terms);
	}

}
