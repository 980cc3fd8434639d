package io.github.ratelimit.governor;

import io.github.ratelimit.provider.dialect.Dimension;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of a governor at one moment.
 *
 * @param phase the current phase
 * @param reason why, in a few words; null if there is no special reason
 * @param quotas the limits of the provider
 * @param inFlight how many calls are in flight
 * @param waiting how many calls are queued
 * @param throttled how many calls the provider has refused for a limit or for overload
 * @param lastThrottled when the last of them was; null if there was none
 * @param lastCode the provider's word for the reason of the last; null if there was none
 * @param learned whether something is known from a response or another instance: a limit,
 * a refusal for a limit, or that calls are served
 * @param sentAtNanos when the last call was sent, by the monotonic time; the time of
 * creation if none was
 */
public record GovernorState(Phase phase, @Nullable String reason, List<QuotaState> quotas, int inFlight, int waiting,
		long throttled, @Nullable Instant lastThrottled, @Nullable String lastCode, boolean learned, long sentAtNanos) {

	/** Creates a state. */
	public GovernorState {
		quotas = List.copyOf(quotas);
	}

	static Phase phase(RetryAfterGate gate, InFlightLimit inFlightLimit, double share, long now) {
		if (gate.waitNanos(now) > 0) {
			return Phase.THROTTLED;
		}
		return (inFlightLimit.isOverloaded() || share < 1) ? Phase.RECOVERING : Phase.NORMAL;
	}

	static @Nullable String reason(RetryAfterGate gate, InFlightLimit inFlightLimit, double share, long now) {
		String inFlight = "at most " + inFlightLimit.calls() + " calls in flight";
		return switch (phase(gate, inFlightLimit, share, now)) {
			case THROTTLED -> gate.lastCode() + ", no call for "
					+ Duration.ofNanos(gate.waitNanos(now)).plusNanos(999_999_999).toSeconds() + " s";
			case RECOVERING -> (share < 1) ? Math.round(share * 100) + "% of the configured rate"
					: "the provider was overloaded: " + inFlight;
			case NORMAL -> inFlightLimit.isKnown() ? null : "the limits are not known yet: " + inFlight;
		};
	}

	/** The phases of a governor. */
	public enum Phase {

		/** Calls are sent as the provider's limits allow. */
		NORMAL,

		/** No call is sent until the time that the provider named has passed. */
		THROTTLED,

		/** Fewer calls are sent than the limits allow, and more by and by. */
		RECOVERING

	}

	/**
	 * One limit.
	 *
	 * @param dimension what is counted
	 * @param window the time in which all permits refill
	 * @param limit how many permits there are
	 * @param remaining what the provider reported last; -1 if it does not report
	 * @param available what can be spent now by this process's own account; negative
	 * while calls in flight are expected to cost more than was left
	 * @param factor by which the estimates of calls are multiplied
	 * @param perSecond how many permits a second are used at most
	 */
	public record QuotaState(Dimension dimension, Duration window, long limit, long remaining, long available,
			double factor, double perSecond) {
	}

}
