package io.github.ratelimit;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The decision of all limits about a call together: allowed or refused, with the decision
 * of each limit. A refused call has taken nothing.
 * <p>
 * Thread-safe. The figures are those of the moment of the decision.
 */
public abstract class Decision {

	private static final Decision UNLIMITED = new WithoutLimits(false);

	private static final Decision DEGRADED = new WithoutLimits(true);

	private final @Nullable LimitDecision only;

	/**
	 * Creates the decision of one limit.
	 * @param limit the decision of the limit
	 */
	protected Decision(LimitDecision limit) {
		this.only = limit;
	}

	/**
	 * Creates the decision of no limit, or of several, which {@link #limits()} then
	 * returns.
	 */
	protected Decision() {
		this.only = null;
	}

	/**
	 * Returns the decision of a call without limits: allowed, without figures.
	 * @return the decision
	 */
	public static Decision unlimited() {
		return UNLIMITED;
	}

	/**
	 * Returns the decision of a call for which the limiter itself failed: allowed,
	 * without figures.
	 * @return the decision
	 */
	public static Decision degraded() {
		return DEGRADED;
	}

	/**
	 * Returns whether the call may go on.
	 * @return whether no limit is violated
	 */
	public boolean isAllowed() {
		return this.only == null || !this.only.isRefused();
	}

	/**
	 * Returns whether a failure kept a limit from deciding normally, so that the call was
	 * allowed, or the limit decided by {@link OnStoreFailure}.
	 * @return whether the limiter or a store failed
	 */
	public boolean isDegraded() {
		return this.only != null && this.only.isDegraded();
	}

	/**
	 * Returns whether the call is refused only because a store fails, while no limit is
	 * known to have too few permits.
	 * @return whether every violated limit is {@link LimitDecision#isUnavailable()
	 * unavailable}; false if allowed
	 */
	public boolean isUnavailable() {
		return !isAllowed() && violated().stream().allMatch(LimitDecision::isUnavailable);
	}

	/**
	 * Returns the decisions of the limits, in the order of the request.
	 * @return an unmodifiable list, empty if there was no limit or the limiter failed
	 */
	public List<LimitDecision> limits() {
		return (this.only != null) ? List.of(this.only) : List.of();
	}

	/**
	 * Returns the limits that refuse.
	 * @return the violated limits in the order of the request, empty if allowed
	 */
	public List<LimitDecision> violated() {
		return isAllowed() ? List.of() : limits().stream().filter(LimitDecision::isRefused).toList();
	}

	/**
	 * Returns how long to wait until every violated limit can be paid, if no other call
	 * takes permits.
	 * @return the longest wait of the violated limits; zero if allowed;
	 * {@link LimitDecision#NEVER} nanoseconds if the call can never be paid
	 */
	public Duration retryAfter() {
		long longest = 0;
		if (!isAllowed()) {
			for (LimitDecision limit : limits()) {
				longest = Math.max(longest, limit.isRefused() ? limit.retryAfterNanos() : 0);
			}
		}
		return Duration.ofNanos(longest);
	}

	/**
	 * Returns how long an allowed call has to wait until its scheduled permits are due at
	 * every limit that is enforced. If a {@link RateLimiter} made the decision, that time
	 * is over.
	 * @return nanoseconds, 0 if the call may go on at once or is refused
	 */
	public long scheduledAfterNanos() {
		if (!isAllowed()) {
			return 0;
		}
		long longest = 0;
		if (this.only != null) {
			return this.only.isEnforced() ? this.only.scheduledAfterNanos() : 0;
		}
		for (LimitDecision limit : limits()) {
			longest = Math.max(longest, limit.isEnforced() ? limit.scheduledAfterNanos() : 0);
		}
		return longest;
	}

	/**
	 * Returns the limit nearest to refusal: in a refusal the violated limit with the
	 * longest wait, otherwise the limit that has room for the fewest further calls like
	 * this one. A limit in shadow mode counts like the others.
	 * @return the limit's decision, empty if there was no limit
	 */
	public Optional<LimitDecision> nearestToRefusal() {
		if (this.only != null) {
			return Optional.of(this.only);
		}
		LimitDecision nearest = null;
		for (LimitDecision limit : limits()) {
			if (nearest == null || limit.isNearerToRefusalThan(nearest)) {
				nearest = limit;
			}
		}
		return Optional.ofNullable(nearest);
	}

	/**
	 * Returns the permit of an allowed call, with which it can be given back. Always the
	 * same object.
	 * @return the permit
	 * @throws IllegalStateException if the call was refused
	 */
	public Permit permit() {
		if (!isAllowed()) {
			throw new IllegalStateException("A refused call holds no permit. Ask isAllowed() first.");
		}
		return heldPermit();
	}

	/**
	 * Returns the permit of the allowed call.
	 * @return always the same permit
	 */
	protected abstract Permit heldPermit();

	@Override
	public String toString() {
		return (isDegraded() ? "degraded, " : "") + (isAllowed() ? "allowed " : "refused ") + limits();
	}

	/** Allowed without a limit: the call holds nothing. */
	private static final class WithoutLimits extends Decision {

		private final boolean degraded;

		WithoutLimits(boolean degraded) {
			this.degraded = degraded;
		}

		@Override
		public boolean isDegraded() {
			return this.degraded;
		}

		@Override
		protected Permit heldPermit() {
			return EmptyPermit.INSTANCE;
		}

	}

}
