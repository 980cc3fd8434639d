package io.github.ratelimit.store;

import io.github.ratelimit.Limit;
import java.util.concurrent.TimeUnit;

/** The slots of calls in flight. The time at which one is released is unknown. */
final class SlotsModel extends LimitModel {

	private static final long SOME_TIME = TimeUnit.SECONDS.toNanos(1);

	private long taken;

	SlotsModel(Limit limit, long now, long resolution) {
		super(limit, now, resolution);
	}

	@Override
	protected long balance(int quota) {
		return limit().capacity() - this.taken;
	}

	@Override
	public Object takeFrom(long permits) {
		this.taken += permits;
		return this;
	}

	@Override
	public void giveBackTo(Object from, long permits) {
		this.taken -= permits;
	}

	@Override
	protected long room() {
		return 0;
	}

	@Override
	protected long waitForPayable(long needed) {
		return (balance(0) >= needed) ? 0 : SOME_TIME;
	}

	@Override
	public long timeToFull(int quota) {
		return (this.taken > 0) ? SOME_TIME : 0;
	}

}
