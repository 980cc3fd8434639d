package io.github.ratelimit.store.memory.window;

/**
 * What one key has used of a rate while its limit had different permits: as shares of
 * those permits, and in permits. The smaller of the two counts. So a lower limit finds
 * the same share used, a higher one only the permits that were taken, and limits that are
 * used in turn grant together no more than the highest of them.
 *
 * @param terms the present terms
 * @param share what is used, in units of its terms
 * @param taken the same under the terms of the highest limit
 */
record ChangedRateWindow(WindowRate terms, Window share, Window taken) implements Window {

	/** Returns the window, in its plain form where both say the same. */
	static Window of(WindowRate terms, Window share, Window taken, long now) {
		return share.counts(taken, share.terms().unit(), now) ? terms.withCountsOf(taken, now)
				: new ChangedRateWindow(terms, share, taken);
	}

	/** Returns the shares that a window has counted. */
	static Window shareOf(Window window) {
		return (window instanceof ChangedRateWindow mixed) ? mixed.share : window;
	}

	/** Returns the permits that a window has counted. */
	static Window takenOf(Window window) {
		return (window instanceof ChangedRateWindow mixed) ? mixed.taken : window;
	}

	/** Returns the window as a new period begins: there, only what is owed counts. */
	static Window current(Window window, long now) {
		if (!(window instanceof ChangedRateWindow mixed) || !mixed.taken.isOver(now)) {
			return window;
		}
		return mixed.terms.full(now).charged(mixed.terms.permits() - mixed.balanceNow(now), now);
	}

	@Override
	public long balance(long now) {
		return Math.min(this.terms.permits(), balanceNow(now));
	}

	private long balanceNow(long now) {
		return Math.max(Math.floorDiv(this.share.balance(now), this.share.terms().unit()),
				this.taken.balance(now) - above());
	}

	/** Returns how many permits more the highest limit has. */
	private long above() {
		return this.taken.terms().permits() - this.terms.permits();
	}

	@Override
	public Window charged(long permits, long now) {
		Window current = current(this, now);
		return (current == this) ? of(this.terms, this.share.charged(permits * this.share.terms().unit(), now),
				this.taken.charged(permits, now), now) : current.charged(permits, now);
	}

	@Override
	public Window givenBack(long permits, long takenAt, long now) {
		Window current = current(this, now);
		return (current == this)
				? of(this.terms, this.share.givenBack(permits * this.share.terms().unit(), takenAt, now),
						this.taken.givenBack(permits, takenAt, now), now)
				: current.givenBack(permits, takenAt, now);
	}

	@Override
	public long room(long now) {
		return Math.max(Math.floorDiv(this.share.room(now), this.share.terms().unit()),
				this.taken.balance(now) - above() + Math.min(this.terms.maxDebt(), this.terms.permits()));
	}

	@Override
	public long nanosUntil(long permits, long now) {
		return Math.min(this.share.nanosUntil(permits * this.share.terms().unit(), now),
				this.taken.nanosUntil(permits + above(), now));
	}

	@Override
	public long nanosToFull(long now) {
		return Math.min(this.share.nanosToFull(now), this.taken.nanosToFull(now));
	}

	@Override
	public boolean counts(Window other, long times, long now) {
		return false;
	}

	@Override
	public boolean isOver(long now) {
		return this.taken.isOver(now);
	}

}
