package io.github.ratelimit.web.filter;

import io.github.ratelimit.Decision;
import io.github.ratelimit.permit.StoreDecision;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the rules of a request have charged in advance for limited methods that it calls:
 * a charge covers one call of its limit and key, a slot each of them. Guarded by the
 * request.
 */
final class PaidCharges {

	/** One for each limit and key. */
	private final List<Charge> paid = new ArrayList<>(4);

	/** Adds what an allowed decision has charged. */
	void add(Decision decision) {
		for (ChargeDecision limit : StoreDecision.chargesOf(decision)) {
			add(limit.charge());
		}
	}

	private void add(Charge charge) {
		int earlier = indexOf(charge);
		if (earlier < 0) {
			this.paid.add(charge);
		}
		else {
			long permits = this.paid.get(earlier).permits() + charge.permits();
			this.paid.set(earlier, charge.withPermits(permits));
		}
	}

	private int indexOf(Charge charge) {
		for (int i = 0; i < this.paid.size(); i++) {
			if (this.paid.get(i).sameBucketAs(charge)) {
				return i;
			}
		}
		return -1;
	}

	/**
	 * Returns what is left to pay of a charge, without using up what is paid.
	 * @return null if it is paid
	 */
	@Nullable Charge unpaid(Charge charge) {
		int earlier = indexOf(charge);
		if (earlier < 0) {
			return charge;
		}
		long rest = charge.permits() - this.paid.get(earlier).permits();
		return (rest > 0) ? charge.withPermits(rest) : null;
	}

	/** Uses up what is paid, and returns its permits, 0 if nothing is. */
	long cover(Charge charge) {
		int index = indexOf(charge);
		if (index < 0) {
			return 0;
		}
		Charge covering = charge.limit().isConcurrency() ? this.paid.get(index) : this.paid.remove(index);
		return covering.permits();
	}

	/** Undoes {@link #cover}. */
	void uncover(Charge charge, long permits) {
		if (permits > 0 && !charge.limit().isConcurrency()) {
			add(charge.withPermits(permits));
		}
	}

}
