package io.github.ratelimit.limiter;

import io.github.ratelimit.Decision;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.permit.StoreDecision;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * Makes the decision of a call from those of its limits, and reports it to statistics,
 * bans and listeners. Thread-safe.
 */
final class DecisionReporter {

	private static final Logger logger = System.getLogger(DecisionReporter.class.getName());

	private final LimitStore store;

	private final TimeSource time;

	private final RateLimitListener listener;

	private final Bans bans;

	private final DenialThrottle denials;

	private final NearLimitDetector nearLimits;

	DecisionReporter(LimitStore store, TimeSource time, RateLimitListener listener) {
		this.store = store;
		this.time = time;
		this.listener = listener;
		this.bans = new Bans(store, time, listener);
		this.denials = new DenialThrottle(time, listener);
		this.nearLimits = new NearLimitDetector(time, listener);
	}

	/**
	 * Returns the decision of a call.
	 * @param prepared its charges
	 * @param decisions those of the limits
	 * @param asked when the store was asked, by the monotonic clock; any time if no limit
	 * {@linkplain PreparedCharges#canBan() can ban} the key
	 */
	Decision decision(PreparedCharges prepared, List<ChargeDecision> decisions, long asked) {
		List<ChargeDecision> own = prepared.answered(decisions);
		Decision decision = StoreDecision.of(own, this.store);
		boolean goesOn = decision.isAllowed() && !prepared.isPart();
		for (int i = 0; i < own.size(); i++) {
			ChargeDecision limit = own.get(i);
			if (goesOn || limit.isViolated()) {
				count(limit, prepared.offences(limit, i), asked);
			}
		}
		prepared.ended();
		return decision;
	}

	/**
	 * Counts what limits have allowed as a part of a call that nothing else has refused.
	 */
	void goesOn(Decision part) {
		for (ChargeDecision limit : StoreDecision.chargesOf(part)) {
			if (!limit.isViolated()) {
				count(limit, 0, 0);
			}
		}
	}

	/** Returns the decision of a call that may have waited since a time. */
	Decision decisionSince(long startNanos, PreparedCharges prepared, List<ChargeDecision> decisions) {
		// a queue is no wait for the store
		long asked = prepared.waits() ? this.time.nanoTime() : startNanos;
		Decision decision = decision(prepared, decisions, asked);
		if (decision.scheduledAfterNanos() > 0) {
			long waited = this.time.nanoTime() - startNanos;
			for (ChargeDecision limit : StoreDecision.chargesOf(decision)) {
				if (limit.isEnforced() && limit.scheduledAfterNanos() > 0) {
					this.listener.waited(limit.charge().handle().registered(), waited);
				}
			}
		}
		return decision;
	}

	private void count(ChargeDecision decision, int offences, long asked) {
		RegisteredLimit limit = decision.charge().handle().registered();
		boolean toReport = limit.statistics().count(decision);
		for (int i = 0; i < offences; i++) {
			this.bans.refused(limit, decision.key(), asked);
		}
		if (toReport) {
			report(limit, decision);
		}
	}

	/** Reports a decision that the listener may want. */
	void report(RegisteredLimit limit, ChargeDecision decision) {
		try {
			if (decision.isRefused()) {
				if (this.listener.wantsDenials()) {
					this.denials.denied(limit, decision);
				}
			}
			else if (this.listener.wantsNearLimits()) {
				this.nearLimits.allowed(limit, decision);
			}
		}
		catch (RuntimeException | LinkageError ex) {
			logger.log(Level.DEBUG, () -> "The listener of limit '" + limit.name() + "' did not receive a decision",
					ex);
		}
	}

}
