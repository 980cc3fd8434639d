package io.github.ratelimit.store;

import io.github.ratelimit.Limit;

/** A call counts in its segment of the period and in as many more as a period has. */
final class SegmentsModel extends EventsModel {

	SegmentsModel(Limit limit, long now, long resolution) {
		super(limit, now, resolution);
	}

	@Override
	long balanceAfter(int rate, long wait) {
		long segment = segment(rate, microsAfter(wait));
		return permits(rate) - sum((nanos) -> segment - segment(rate, micros(nanos)) <= limit().segments());
	}

	private long segment(int rate, long micros) {
		long period = periodMicros(rate);
		long offset = Math.floorMod(micros, period);
		return Math.floorDiv(micros, period) * limit().segments()
				+ Math.multiplyExact(offset, limit().segments()) / period;
	}

	@Override
	protected long room() {
		return plusDebt(balance(), limit().maxDebt());
	}

}
