package io.github.ratelimit.test.provider.limits;

/** Fixed windows: all permits are available again when a window begins. */
final class WindowMeter extends Meter {

	private long permits;

	private long used;

	private double offered;

	WindowMeter(ProviderLimit limit, long now) {
		super(limit, now);
		this.permits = limit.permits();
		this.offered = limit.permits();
	}

	@Override
	double offered() {
		return this.offered;
	}

	@Override
	double available() {
		return this.permits - (double) this.used;
	}

	@Override
	boolean has(long permits) {
		return permits <= this.permits - this.used;
	}

	@Override
	void refill(long from, long to) {
		long begun = windowOf(to) - windowOf(from);
		if (begun > 0) {
			this.used = 0;
			this.offered += (double) begun * this.permits;
		}
	}

	@Override
	void add(long permits) {
		this.used = Math.max(0, this.used - permits);
	}

	/** The change counts at once; what the window has used stays used. */
	@Override
	void change(ProviderLimit before, ProviderLimit after) {
		this.permits = after.permits();
		this.offered += Math.max(0, after.permits() - before.permits());
	}

	@Override
	boolean isInWindowOf(long admitted) {
		return windowOf(admitted) == windowOf(now());
	}

	private long windowOf(long time) {
		return Math.floorDiv(time, Micros.of(limit().window()));
	}

}
