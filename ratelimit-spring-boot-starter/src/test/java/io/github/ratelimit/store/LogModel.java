package io.github.ratelimit.store;

import io.github.ratelimit.Limit;

/** Every call counts for exactly one period, in steps of the store's clock. */
final class LogModel extends EventsModel {

	LogModel(Limit limit, long now, long resolution) {
		super(limit, now, resolution);
	}

	@Override
	long balanceAfter(int rate, long wait) {
		long time = nanosAfter(wait);
		return permits(rate) - sum((nanos) -> time - nanos < periodNanos(rate));
	}

	@Override
	protected long room() {
		long room = Long.MAX_VALUE;
		for (int i = 0; i < limit().quotas(); i++) {
			room = Math.min(room, balance(i) + Math.min(limit().maxDebt(), permits(i)));
		}
		return room;
	}

}
