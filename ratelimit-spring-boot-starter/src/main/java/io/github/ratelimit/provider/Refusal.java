package io.github.ratelimit.provider;

import io.github.ratelimit.Decision;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitUnit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a refusal may contain: nothing of it comes from the client, unless the
 * application derives its request ids from the client's input; hidden limits are not
 * included.
 *
 * @param reason why the request is refused
 * @param message one or two sentences
 * @param violated the limits that refuse and may be named, possibly none
 * @param retryAfterSeconds how long to wait, in seconds, rounded up, at least 1; 0 if
 * waiting does not help
 * @param requestId the {@code request-id} header that the application has set, null if it
 * has not
 */
public record Refusal(Reason reason, String message, List<LimitDecision> violated, long retryAfterSeconds,
		@Nullable String requestId) {

	/**
	 * Creates a refusal.
	 */
	public Refusal {
		violated = List.copyOf(violated);
	}

	/**
	 * Returns the response to a refused decision.
	 * @param decision the refusal
	 * @param requestId the {@code request-id} header of the response, null for none
	 * @return the refusal
	 */
	public static Refusal of(Decision decision, @Nullable String requestId) {
		Reason reason = reason(decision);
		List<LimitDecision> named = new ArrayList<>();
		for (LimitDecision limit : decision.violated()) {
			if (!limit.isHidden() && reason.isOf(limit)) {
				named.add(limit);
			}
		}
		long seconds = seconds(reason, decision.retryAfter());
		return new Refusal(reason, RefusalMessages.of(reason, named, seconds), named, seconds, requestId);
	}

	private static Reason reason(Decision decision) {
		boolean banned = false;
		for (LimitDecision limit : decision.violated()) {
			if (limit.isNeverPayable()) {
				return Reason.TOO_LARGE;
			}
			banned |= limit.isBanned();
		}
		if (banned) {
			return Reason.BANNED;
		}
		return decision.isUnavailable() ? Reason.UNAVAILABLE : Reason.LIMIT_EXCEEDED;
	}

	/**
	 * Returns the refusal of a request by a limit that is not named, such as a
	 * provider's.
	 * @param wait how long to wait, null if waiting does not help
	 * @param requestId the {@code request-id} header of the response, null for none
	 * @return the refusal
	 */
	public static Refusal unnamed(@Nullable Duration wait, @Nullable String requestId) {
		Reason reason = (wait != null) ? Reason.LIMIT_EXCEEDED : Reason.TOO_LARGE;
		long seconds = (wait != null) ? seconds(reason, wait) : 0;
		return new Refusal(reason, RefusalMessages.of(reason, List.of(), seconds), List.of(), seconds, requestId);
	}

	private static long seconds(Reason reason, Duration wait) {
		return (reason == Reason.TOO_LARGE) ? 0 : Math.max(1, LimitRemainingResetHeaders.seconds(wait));
	}

	/**
	 * Returns the refusal of a request that cannot be counted.
	 * @param requestId the {@code request-id} header of the response, null for none
	 * @return the refusal, which does not name the limit
	 */
	public static Refusal missingKey(@Nullable String requestId) {
		return new Refusal(Reason.MISSING_KEY, RefusalMessages.of(Reason.MISSING_KEY, List.of(), 0), List.of(), 0,
				requestId);
	}

	/**
	 * Returns the status of the answer.
	 * @return the HTTP status code
	 */
	public int status() {
		return this.reason.status;
	}

	/**
	 * Returns the unit of the limit that decides: the one with the longest wait of those
	 * that may be named.
	 * @return the unit, null if that limit has none or no limit may be named
	 */
	public @Nullable LimitUnit unit() {
		LimitDecision longest = LimitRemainingResetHeaders.nearest(this.violated);
		return (longest != null) ? longest.limit().unit() : null;
	}

	/** Why a request is refused. */
	public enum Reason {

		/** A limit has too few permits: 429. */
		LIMIT_EXCEEDED(429),

		/** The caller was refused so often that it is banned for a time: 429. */
		BANNED(429),

		/** The request costs more than the capacity of a limit: 413. */
		TOO_LARGE(413),

		/** The request has no key for which it could be counted: 403. */
		MISSING_KEY(403),

		/** A limit cannot be checked, and allows no unchecked call: 503. */
		UNAVAILABLE(503);

		private final int status;

		Reason(int status) {
			this.status = status;
		}

		private boolean isOf(LimitDecision limit) {
			return switch (this) {
				case LIMIT_EXCEEDED -> !limit.isUnavailable();
				case BANNED -> limit.isBanned();
				case TOO_LARGE -> limit.isNeverPayable();
				case MISSING_KEY, UNAVAILABLE -> true;
			};
		}

	}

}
