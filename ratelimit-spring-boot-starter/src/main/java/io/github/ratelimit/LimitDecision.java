package io.github.ratelimit;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The decision of one limit about one charge, with the limit's figures at that moment.
 * Immutable.
 * <p>
 * A limit with several rates has figures for each rate, by the index of the rate in
 * {@link Limit#rates()}; a limit of concurrent calls has them at index 0. The figures
 * without an index are those of all rates together.
 */
public abstract class LimitDecision {

	/** The wait, in nanoseconds, for a charge that can never be paid. */
	public static final long NEVER = Long.MAX_VALUE;

	private static final int WINDOW_FACTS = 3;

	private static final long NANOS_PER_MICRO = 1000;

	/**
	 * Returns the wait.
	 * @return nanoseconds; positive: the wait of a refusal; negative: that for a
	 * scheduled permit
	 */
	protected abstract long waitNanos();

	/**
	 * Returns the permits that are left, of the rate that has fewest.
	 * @return permits, a debt being negative
	 */
	protected abstract long permitsLeft();

	/**
	 * Returns how long it takes until every rate is full.
	 * @return nanoseconds, rounded up
	 */
	protected abstract long resetAfterNanos();

	/**
	 * Returns the facts of each rate.
	 * @return permits left and reset-after of each rate in order, for windows also
	 * more-after, negative if unknown; null if the decision itself contains all facts of
	 * one rate
	 */
	protected long @Nullable [] perRate() {
		return null;
	}

	/**
	 * Returns the limit that decided.
	 * @return the limit
	 */
	public abstract Limit limit();

	/**
	 * Returns the key whose permits were requested.
	 * @return the key
	 */
	public abstract Key key();

	/**
	 * Returns how many permits have to be available for the call to be allowed.
	 * @return permits, 0 or more
	 */
	public abstract long needed();

	/**
	 * Returns whether a refusal by this limit stops the call.
	 * @return false for a limit in shadow mode
	 */
	public abstract boolean isEnforced();

	/**
	 * Returns whether the limit is omitted from headers and bodies.
	 * @return whether no answer mentions the limit
	 */
	public abstract boolean isHidden();

	/**
	 * Returns whether this limit refuses. In a refused decision over several limits the
	 * others are not violated, and nothing was taken from them.
	 * @return whether the limit has too few permits
	 */
	public boolean isViolated() {
		return waitNanos() > 0;
	}

	/**
	 * Returns whether this limit stops the call. A limit in shadow mode stops none, even
	 * if it is {@linkplain #isViolated() violated}.
	 * @return whether the limit is violated and enforced
	 */
	public boolean isRefused() {
		return waitNanos() > 0 && isEnforced();
	}

	/**
	 * Returns how long an allowed call has to wait until its scheduled permit is due.
	 * @return nanoseconds, 0 if the permit is due now or the limit is violated
	 */
	public long scheduledAfterNanos() {
		return Math.max(0, -waitNanos());
	}

	/**
	 * Returns whether the key is banned: blocked until a time, whatever permits it has.
	 * @return whether this refusal has another reason than missing permits
	 */
	public boolean isBanned() {
		return false;
	}

	/**
	 * Returns whether the charge is above the limit's capacity, so that waiting does not
	 * help.
	 * @return whether the charge can never be paid
	 */
	public boolean isNeverPayable() {
		return waitNanos() == NEVER;
	}

	/**
	 * Returns why a client of a provider refuses, where that is more than too few permits
	 * at this moment: its queue is full, for example, or the provider refuses calls.
	 * @return the exception that a request of the client would get, a
	 * {@code CallRefusedException} with the reason and how long the wait would have been;
	 * null for limits, for a call that may not wait and has too few permits, and if not
	 * refused
	 */
	public @Nullable RateLimitException refusal() {
		return null;
	}

	/**
	 * Returns whether this limit is nearer to refusing the next call than another: of
	 * those that refuse, the one with the longer wait, otherwise the one that has room
	 * for fewer further calls like this one. A limit that lets calls through without
	 * {@link #hasFacts() facts} is never nearer.
	 * @param other another limit's decision about the same call
	 * @return whether this one is nearer, false if both are equally near
	 */
	public boolean isNearerToRefusalThan(LimitDecision other) {
		if (isViolated() || other.isViolated()) {
			return waitNanos() > other.waitNanos();
		}
		return furtherCalls() < other.furtherCalls();
	}

	private double furtherCalls() {
		if (!hasFacts()) {
			return Double.POSITIVE_INFINITY;
		}
		return (double) remaining() / Math.max(1, needed());
	}

	/**
	 * Returns how many permits are left after this decision, of the rate that has fewest.
	 * @return permits, 0 or more
	 */
	public long remaining() {
		return Math.max(0, permitsLeft());
	}

	/**
	 * Returns how many permits a rate has left.
	 * @param rate the index of the rate in {@link Limit#rates()}
	 * @return permits, 0 or more
	 */
	public long remaining(int rate) {
		Objects.checkIndex(rate, limit().quotas());
		long[] perRate = perRate();
		return (perRate == null) ? remaining() : Math.max(0, perRate[facts(perRate) * rate]);
	}

	/**
	 * Returns whether a rate has too few permits for the charge.
	 * @param rate the index of the rate in {@link Limit#rates()}
	 * @return whether this rate refuses
	 */
	public boolean isViolated(int rate) {
		return isViolated() && (limit().quotas() == 1 || remaining(rate) < needed());
	}

	/**
	 * Returns how long to wait until the charge can be paid, if no other call takes
	 * permits. Until then the charge is refused.
	 * @return zero if the limit is not violated, {@link #NEVER} nanoseconds if the charge
	 * can never be paid
	 */
	public Duration retryAfter() {
		return Duration.ofNanos(retryAfterNanos());
	}

	/**
	 * Returns {@link #retryAfter()} in nanoseconds.
	 * @return nanoseconds, 0 if not refused, {@link #NEVER} if it can never be paid
	 */
	public long retryAfterNanos() {
		return Math.max(0, waitNanos());
	}

	/**
	 * Returns how long it takes until all permits are available again, if no call takes
	 * permits.
	 * @return the time to full, zero if full
	 */
	public Duration resetAfter() {
		return Duration.ofNanos(resetAfterNanos());
	}

	/**
	 * Returns {@link #resetAfter()} of one rate.
	 * @param rate the index of the rate in {@link Limit#rates()}
	 * @return the time to full, zero if full
	 */
	public Duration resetAfter(int rate) {
		Objects.checkIndex(rate, limit().quotas());
		long[] perRate = perRate();
		return (perRate == null) ? resetAfter() : Duration.ofNanos(perRate[facts(perRate) * rate + 1]);
	}

	/** Returns the number of facts of each rate. */
	private int facts(long[] perRate) {
		return perRate.length / limit().quotas();
	}

	/**
	 * Returns how long it takes until a rate has more permits than are left, if no call
	 * takes permits: until the next one is refilled, or leaves a window. It is the same
	 * whether the call was refused or not.
	 * @param rate the index of the rate in {@link Limit#rates()}
	 * @return zero if the rate is full; null if it is unknown, as for concurrent calls,
	 * and for windows whose store does not report it
	 */
	public @Nullable Duration moreAfter(int rate) {
		Objects.checkIndex(rate, limit().quotas());
		long[] perRate = perRate();
		if (perRate != null && facts(perRate) == WINDOW_FACTS) {
			long more = perRate[WINDOW_FACTS * rate + 2];
			return (more >= 0) ? Duration.ofNanos(more) : null;
		}
		return switch (limit().algorithm()) {
			case CONCURRENCY -> null;
			case TOKEN_BUCKET -> Duration.ofNanos(nanosToNextPermit(rate));
			default -> resetAfter(rate).isZero() ? Duration.ZERO : null;
		};
	}

	/**
	 * Returns the time to full, less the time that all further permits take. It is
	 * rounded down to a microsecond: the time to full of some stores is rounded up to
	 * one.
	 */
	private long nanosToNextPermit(int rate) {
		long nanos = resetAfter(rate).toNanos();
		if (limit().isPaced() || nanos == 0) {
			return nanos; // a paced bucket has one permit
		}
		long further = Math.max(0, limit().quota(rate) - remaining(rate) - 1);
		long left = nanos - limit().rates().get(rate).refillNanos(further);
		return Math.max(NANOS_PER_MICRO, left - left % NANOS_PER_MICRO);
	}

	/**
	 * Returns whether the limit's store failed, so that {@link OnStoreFailure} decided.
	 * @return whether this is not the decision of the store
	 */
	public boolean isDegraded() {
		return false;
	}

	/**
	 * Returns whether remaining permits and reset-after are known.
	 * @return false if nothing was counted
	 */
	public boolean hasFacts() {
		return true;
	}

	/**
	 * Returns whether the limit refuses only because its store fails, whatever permits
	 * there may be.
	 * @return whether the limit is violated without known facts, and the key is not
	 * banned
	 */
	public final boolean isUnavailable() {
		return isViolated() && !hasFacts() && !isBanned();
	}

	@Override
	public String toString() {
		return limit().name() + " " + key() + (isViolated() ? " refused" : " granted") + ", remaining " + remaining()
				+ (isNeverPayable() ? ", never admitted" : ", retry after " + retryAfter()) + ", reset after "
				+ resetAfter();
	}

}
