package io.github.ratelimit.store;

import io.github.ratelimit.Limit;

/**
 * What one key has of one limit, in a simple and slow form: exact, one caller, nothing
 * rounded except waits, which are rounded up to the step of the store's clock. The
 * available permits are its balance; it is negative if calls have cost more than they
 * reserved.
 */
public abstract class LimitModel {

	private final Limit limit;

	private final long resolution;

	private long now;

	protected LimitModel(Limit limit, long now, long resolution) {
		this.limit = limit;
		this.now = now;
		this.resolution = resolution;
	}

	/** Returns the model of a key that has everything. */
	static LimitModel of(Limit limit, long now, long resolution) {
		return switch (limit.algorithm()) {
			case TOKEN_BUCKET ->
				limit.isPaced() ? new PacedModel(limit, now, resolution) : new BucketModel(limit, now, resolution);
			case FIXED_WINDOW -> new FixedWindowModel(limit, now, resolution);
			case SLIDING_WINDOW -> new SegmentsModel(limit, now, resolution);
			case SLIDING_WINDOW_COUNTER -> new CounterModel(limit, now, resolution);
			case SLIDING_WINDOW_LOG -> new LogModel(limit, now, resolution);
			case CONCURRENCY -> new SlotsModel(limit, now, resolution);
		};
	}

	public final Limit limit() {
		return this.limit;
	}

	protected final long resolution() {
		return this.resolution;
	}

	protected final long now() {
		return this.now;
	}

	/** Lets time pass until then. */
	public LimitModel at(long nanos) {
		this.now = nanos;
		return this;
	}

	/** Returns the permits of one quota; a debt is negative. */
	protected abstract long balance(int quota);

	protected final long balance() {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < this.limit.quotas(); i++) {
			least = Math.min(least, balance(i));
		}
		return least;
	}

	public long remaining(int quota) {
		return Math.max(0, balance(quota));
	}

	public final long remaining() {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < this.limit.quotas(); i++) {
			least = Math.min(least, remaining(i));
		}
		return least;
	}

	public final boolean has(long permits) {
		return remaining() >= permits;
	}

	/**
	 * Returns whether the charge would be granted. A charge that needs nothing always is.
	 */
	public boolean grants(Charge charge) {
		return has(charge.needed());
	}

	/** Returns how long a granted charge waits for its scheduled permit. */
	public long turnAfter(Charge charge) {
		return 0;
	}

	/** Takes permits, and returns the state to which they can be given back. */
	public abstract Object takeFrom(long permits);

	/** Returns permits to the state that they were taken from, if it still exists. */
	public abstract void giveBackTo(Object from, long permits);

	/** Returns how many permits more could be charged before any are forgiven. */
	protected abstract long room();

	/**
	 * Charges permits whether or not they are available, and returns what is forgiven.
	 */
	public final long charge(long permits) {
		long charged = Math.min(permits, Math.max(0, room()));
		if (charged > 0) {
			takeFrom(charged);
		}
		return permits - charged;
	}

	/** Returns how long it takes until this number of permits is available. */
	public long waitFor(long needed) {
		return (needed > this.limit.capacity()) ? ChargeDecision.NEVER : waitForPayable(needed);
	}

	protected abstract long waitForPayable(long needed);

	public abstract long timeToFull(int quota);

	public final long timeToFull() {
		long longest = 0;
		for (int i = 0; i < this.limit.quotas(); i++) {
			longest = Math.max(longest, timeToFull(i));
		}
		return longest;
	}

	protected static long plusDebt(long balance, long debt) {
		return (debt == Limit.UNBOUNDED_DEBT) ? Long.MAX_VALUE : balance + debt;
	}

}
