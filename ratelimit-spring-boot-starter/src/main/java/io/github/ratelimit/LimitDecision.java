package io.github.ratelimit;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one limit says to one charge, with its facts. It speaks of the moment of the
 * decision. Immutable.
 * <p>
 * A limit with several rates has facts of each rate, by the rate's place in
 * {@link Limit#rates()}, one that counts calls under way has them at place 0; the figures
 * without a place speak of all rates together.
 */
public abstract class LimitDecision {

	/** The wait, in nanoseconds, for what cannot be had at any time. */
	public static final long NEVER = Long.MAX_VALUE;

	private static final int WINDOW_FACTS = 3;

	private final long remaining;

	/**
	 * Positive: the wait of a refusal. Negative: the wait of a call that has its turn.
	 */
	private final long waitNanos;

	private final long resetAfterNanos;

	/**
	 * Remaining and reset-after of each rate in turn, for windows also more-after,
	 * negative if unknown; null where one rate says nothing more than the decision
	 * itself.
	 */
	private final long @Nullable [] perRate;

	/**
	 * Creates a decision.
	 * @param remaining permits that are left, of the rate that has fewest
	 * @param waitNanos positive: the wait of a refusal; negative: that of a scheduled
	 * permit
	 * @param resetAfterNanos nanoseconds until every rate is full, rounded up
	 * @param perRate facts of each rate in turn, not copied; null for those above
	 */
	protected LimitDecision(long remaining, long waitNanos, long resetAfterNanos, long @Nullable [] perRate) {
		this.remaining = remaining;
		this.waitNanos = waitNanos;
		this.resetAfterNanos = resetAfterNanos;
		this.perRate = perRate;
	}

	/**
	 * Creates a decision with the facts of another one.
	 * @param facts the other decision
	 */
	protected LimitDecision(LimitDecision facts) {
		this(facts, facts.waitNanos);
	}

	/**
	 * Creates a decision with another wait and the other facts of another one.
	 * @param facts the other decision
	 * @param waitNanos the wait
	 */
	protected LimitDecision(LimitDecision facts, long waitNanos) {
		this(facts.remaining, waitNanos, facts.resetAfterNanos, facts.perRate);
	}

	/**
	 * Returns the limit that speaks.
	 * @return the limit
	 */
	public abstract Limit limit();

	/**
	 * Returns whose permits were asked for.
	 * @return the key
	 */
	public abstract Key key();

	/**
	 * Returns how many permits have to be there for the call to be allowed.
	 * @return permits, 0 or more
	 */
	public abstract long needed();

	/**
	 * Returns whether a refusal by this limit stops the call.
	 * @return false for a limit in shadow mode
	 */
	public abstract boolean isEnforced();

	/**
	 * Returns whether answers to callers say nothing about this limit.
	 * @return whether headers and bodies leave it out
	 */
	public abstract boolean isHidden();

	/**
	 * Returns whether this limit refuses. In a refused decision over several limits the
	 * others are not violated, and nothing was taken from them.
	 * @return whether the limit has too few permits
	 */
	public boolean violated() {
		return this.waitNanos > 0;
	}

	/**
	 * Returns whether this limit stops the call: one that is only tried out stops none,
	 * even {@linkplain #violated() violated}.
	 * @return whether the limit is violated and enforced
	 */
	public boolean refuses() {
		return this.waitNanos > 0 && isEnforced();
	}

	/**
	 * Returns how long a call has to wait for its turn that the limit has granted.
	 * @return nanoseconds, 0 if it may go on at once or is refused
	 */
	public long turnAfterNanos() {
		return (this.waitNanos < 0) ? -this.waitNanos : 0;
	}

	/**
	 * Returns whether the key is banned for its many refusals, whatever permits it has.
	 * @return whether this refusal is a penalty
	 */
	public boolean isBanned() {
		return false;
	}

	/**
	 * Returns whether this limit refuses only because calls whose outcome is not known
	 * yet hold the permits of the key, as far as this process knows. Such a refusal has a
	 * short wait, and leads to no ban.
	 * @return whether the permits may come back as soon as those calls are decided
	 */
	public boolean awaitsOutcomes() {
		return false;
	}

	/**
	 * Returns whether the charge is above the limit's capacity, so that waiting does not
	 * help.
	 * @return whether it can never be paid
	 */
	public boolean neverPayable() {
		return this.waitNanos == NEVER;
	}

	/**
	 * Returns whether this limit is nearer to refusing the next call than another: of
	 * those that refuse, the one with the longer wait, else the one that has room for
	 * fewer further calls like this one. A limit that lets calls through without
	 * {@link #hasFacts() facts} is never nearer.
	 * @param other another limit's decision about the same call
	 * @return whether this one is nearer, false if both are equally near
	 */
	public boolean isNearerToRefusalThan(LimitDecision other) {
		if (violated() || other.violated()) {
			return this.waitNanos > other.waitNanos;
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
		return Math.max(0, this.remaining);
	}

	/**
	 * Returns how many permits a rate has left.
	 * @param rate the rate's place in {@link Limit#rates()}
	 * @return permits, 0 or more
	 */
	public long remaining(int rate) {
		Objects.checkIndex(rate, limit().quotas());
		return (this.perRate == null) ? remaining() : Math.max(0, this.perRate[facts() * rate]);
	}

	/**
	 * Returns whether a rate has too few permits for the charge.
	 * @param rate the rate's place in {@link Limit#rates()}
	 * @return whether this rate refuses
	 */
	public boolean violated(int rate) {
		return violated() && (limit().quotas() == 1 || remaining(rate) < needed());
	}

	/**
	 * Returns how long to wait until the charge can be paid, if nobody else takes
	 * anything: refused until exactly then.
	 * @return zero if it was not refused, {@link #NEVER} nanoseconds if it can never be
	 * paid
	 */
	public Duration retryAfter() {
		return Duration.ofNanos(retryAfterNanos());
	}

	/**
	 * Returns {@link #retryAfter()} in nanoseconds.
	 * @return nanoseconds, 0 if not refused, {@link #NEVER} if it can never be paid
	 */
	public long retryAfterNanos() {
		return Math.max(0, this.waitNanos);
	}

	/**
	 * Returns how long it takes until all permits are there again, if nobody takes any.
	 * @return the time to full, zero if full
	 */
	public Duration resetAfter() {
		return Duration.ofNanos(this.resetAfterNanos);
	}

	/**
	 * Returns {@link #resetAfter()} of one rate.
	 * @param rate the rate's place in {@link Limit#rates()}
	 * @return the time to full, zero if full
	 */
	public Duration resetAfter(int rate) {
		Objects.checkIndex(rate, limit().quotas());
		return (this.perRate == null) ? resetAfter() : Duration.ofNanos(this.perRate[facts() * rate + 1]);
	}

	/** Returns how many facts there are of each rate. */
	private int facts() {
		return (this.perRate != null) ? this.perRate.length / limit().quotas() : 2;
	}

	/**
	 * Returns how long it takes until a rate has more permits than are left, if nobody
	 * takes any: until the next one is refilled, or leaves a window. It is the same
	 * whether the call was refused or not.
	 * @param rate the rate's place in {@link Limit#rates()}
	 * @return zero if the rate is full; null if it is not known: of calls under way, and
	 * of windows whose store does not tell
	 */
	public @Nullable Duration moreAfter(int rate) {
		Objects.checkIndex(rate, limit().quotas());
		if (this.perRate != null && facts() == WINDOW_FACTS) {
			long more = this.perRate[WINDOW_FACTS * rate + 2];
			return (more >= 0) ? Duration.ofNanos(more) : null;
		}
		return switch (limit().algorithm()) {
			case CONCURRENCY -> null;
			case TOKEN_BUCKET ->
				Duration.ofNanos(NextPermit.afterNanos(limit(), rate, remaining(rate), resetAfter(rate)));
			default -> resetAfter(rate).isZero() ? Duration.ZERO : null;
		};
	}

	/**
	 * Returns whether the limit's store failed, so that something else decided:
	 * {@link OnStoreFailure}.
	 * @return whether this is not the decision of the store
	 */
	public boolean isDegraded() {
		return false;
	}

	/**
	 * Returns whether remaining permits and reset mean anything.
	 * @return false where nobody counted
	 */
	public boolean hasFacts() {
		return true;
	}

	/**
	 * Returns whether the limit refuses only because its store fails, whatever permits
	 * there may be.
	 * @return whether it could not decide and refuses
	 */
	public final boolean unavailable() {
		return violated() && !hasFacts();
	}

	@Override
	public String toString() {
		return limit().name() + " " + key() + (violated() ? " refused" : " granted") + ", remaining " + remaining()
				+ ", retry after " + retryAfter() + ", reset after " + resetAfter();
	}

}
