package io.github.ratelimit.observation;

import io.github.ratelimit.Key;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.registry.LimitChange;
import io.github.ratelimit.registry.RegisteredLimit;
import java.time.Duration;
import java.util.List;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Several listeners as one. An exception of a listener affects neither the others nor the
 * call: it is logged once as a warning, then at debug level. Thread-safe.
 */
public final class RateLimitListeners implements RateLimitListener {

	private static final Log logger = LogFactory.getLog(RateLimitListeners.class);

	private final Fanout<RateLimitListener> all;

	/** Those that may want decisions, and are asked at each of them. */
	private final RateLimitListener[] asked;

	private RateLimitListeners(List<RateLimitListener> all) {
		this.all = new Fanout<>(all, logger, RateLimitListeners::warn);
		this.asked = all.stream()
			.filter((listener) -> !(listener instanceof NoDecisionListener))
			.toArray(RateLimitListener[]::new);
	}

	/** Without the failure's message and cause, which may have keys. */
	private static void warn(Object listener, Throwable failure) {
		logger.warn("An event of a limit could not be delivered to " + listener.getClass().getName() + " ("
				+ failure.getClass().getName() + "); calls are not touched by it. Further failures are logged at "
				+ "debug level [RL611]");
	}

	/**
	 * Returns several listeners as one.
	 * @param all the listeners, in the order in which they are called
	 * @return one listener
	 */
	public static RateLimitListener of(List<RateLimitListener> all) {
		return all.isEmpty() ? NONE : new RateLimitListeners(all);
	}

	@Override
	public boolean wantsDenials() {
		for (RateLimitListener listener : this.asked) {
			if (listener.wantsDenials()) {
				return true;
			}
		}
		return false;
	}

	@Override
	public boolean wantsNearLimits() {
		for (RateLimitListener listener : this.asked) {
			if (listener.wantsNearLimits()) {
				return true;
			}
		}
		return false;
	}

	@Override
	public void denied(RegisteredLimit limit, LimitDecision decision, long leftOut) {
		this.all.call((listener) -> listener.denied(limit, decision, leftOut));
	}

	@Override
	public void nearLimit(RegisteredLimit limit, LimitDecision decision, int rate) {
		this.all.call((listener) -> listener.nearLimit(limit, decision, rate));
	}

	@Override
	public void changed(LimitChange change) {
		this.all.call((listener) -> listener.changed(change));
	}

	@Override
	public void storeDegraded(String store, String node, String reason) {
		this.all.call((listener) -> listener.storeDegraded(store, node, reason));
	}

	@Override
	public void storeRecovered(String store, String node, Duration outage) {
		this.all.call((listener) -> listener.storeRecovered(store, node, outage));
	}

	@Override
	public void waited(RegisteredLimit limit, long nanos) {
		this.all.call((listener) -> listener.waited(limit, nanos));
	}

	@Override
	public void banned(RegisteredLimit limit, Key key, Duration ban) {
		this.all.call((listener) -> listener.banned(limit, key, ban));
	}

	@Override
	public void notBanned(RegisteredLimit limit, Key key) {
		this.all.call((listener) -> listener.notBanned(limit, key));
	}

}
