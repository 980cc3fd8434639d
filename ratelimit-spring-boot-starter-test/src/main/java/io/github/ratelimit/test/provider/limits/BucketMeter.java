package io.github.ratelimit.test.provider.limits;

/** A token bucket: as large as the limit, refilled evenly. */
final class BucketMeter extends Meter {

	private LevelUnits units;

	private long full;

	private long level;

	private double offered;

	BucketMeter(ProviderLimit limit, long now) {
		super(limit, now);
		this.units = LevelUnits.of(limit);
		this.full = limit.permits() * this.units.perPermit();
		this.level = this.full;
		this.offered = limit.permits();
	}

	@Override
	double offered() {
		return this.offered;
	}

	@Override
	double available() {
		return this.level / (double) this.units.perPermit();
	}

	@Override
	boolean has(long permits) {
		return permits <= limit().permits() && this.level >= permits * this.units.perPermit();
	}

	@Override
	void refill(long from, long to) {
		long micros = to - from;
		long missing = this.full - this.level;
		this.level = (this.units.microsUntil(missing) <= micros) ? this.full
				: this.level + micros * this.units.perMicro();
		this.offered += (double) micros * this.units.perMicro() / this.units.perPermit();
	}

	@Override
	void add(long permits) {
		long change = Math.multiplyExact(permits, this.units.perPermit());
		this.level = Math.min(this.full, Math.addExact(this.level, change));
	}

	/** A smaller bucket overflows, a larger one is not fuller than before. */
	@Override
	void change(ProviderLimit before, ProviderLimit after) {
		double available = available();
		this.units = LevelUnits.of(after);
		this.full = after.permits() * this.units.perPermit();
		this.level = Math.min(this.full, Math.round(available * this.units.perPermit()));
	}

	@Override
	boolean isInWindowOf(long admitted) {
		return true;
	}

}
