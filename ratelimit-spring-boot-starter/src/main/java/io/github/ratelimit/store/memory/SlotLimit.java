package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;

/**
 * A limit of concurrent calls.
 */
final class SlotLimit extends PreparedLimit {

	SlotLimit(Limit limit) {
		super(limit);
	}

	@Override
	KeyCell create(Key key, int slot, StoreClock clock, long now) {
		return new SlotCell(key, slot, limit().capacity(), now);
	}

	/** No uncounted call is in flight, so all slots are free. */
	@Override
	KeyCell create(Key key, int slot, StoreClock clock, double used) {
		return create(key, slot, clock, clock.nanos());
	}

}
