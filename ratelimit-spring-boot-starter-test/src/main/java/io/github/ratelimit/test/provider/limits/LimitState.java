package io.github.ratelimit.test.provider.limits;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A limit at one moment.
 *
 * @param limit the limit as it is then
 * @param available how many permits are available, with the part of a permit that has
 * already refilled; below 0 if calls took more than they were admitted with
 * @param time the moment
 */
public record LimitState(ProviderLimit limit, double available, Instant time) {

	/**
	 * Returns how many whole permits are left.
	 * @return the permits, 0 or more
	 */
	public long remaining() {
		return Math.max(0, (long) Math.floor(this.available));
	}

	/**
	 * Returns how many permits are in use, as providers report it.
	 * @return the limit less what remains
	 */
	public long used() {
		return this.limit.permits() - remaining();
	}

	/**
	 * Returns after what time all permits are available again if no request comes.
	 * @return the time, rounded up to a microsecond; zero if all are available
	 */
	public Duration untilFull() {
		return after(this.limit.permits());
	}

	/**
	 * Returns after what time there are enough permits if no request comes.
	 * @param permits how many
	 * @return the time, rounded up to a microsecond; null if the limit never has so many
	 */
	public @Nullable Duration untilAvailable(long permits) {
		if (permits > this.limit.permits()) {
			return null;
		}
		return after(permits);
	}

	/**
	 * Returns the time to the end of the window, counted from 1970-01-01T00:00Z.
	 * @return the time, more than zero and at most a window
	 */
	public Duration untilWindowEnd() {
		long window = Micros.of(this.limit.window());
		return Micros.duration(window - Math.floorMod(Micros.of(this.time), window));
	}

	private Duration after(long permits) {
		if (permits <= this.available) {
			return Duration.ZERO;
		}
		if (this.limit.fixedWindow()) {
			return untilWindowEnd();
		}
		LevelUnits units = LevelUnits.of(this.limit);
		long level = Math.round(this.available * units.perPermit());
		return Micros.duration(units.microsUntil(permits * units.perPermit() - level));
	}

}
