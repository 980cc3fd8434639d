package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.Key;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.registry.RegisteredLimit;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Several listeners as one. An exception of a listener affects neither the others nor the
 * call: it is logged once as a warning, then at debug level.
 */
final class Listeners implements RateLimitListener {

	private static final Log logger = LogFactory.getLog(Listeners.class);

	private final RateLimitListener[] all;

	private final AtomicBoolean warned = new AtomicBoolean();

	private Listeners(List<RateLimitListener> all) {
		this.all = all.toArray(RateLimitListener[]::new);
	}

	static RateLimitListener of(List<RateLimitListener> all) {
		return all.isEmpty() ? NONE : new Listeners(all);
	}

	@Override
	public boolean wantsDenials() {
		for (RateLimitListener listener : this.all) {
			if (listener.wantsDenials()) {
				return true;
			}
		}
		return false;
	}

	@Override
	public boolean wantsNearLimits() {
		for (RateLimitListener listener : this.all) {
			if (listener.wantsNearLimits()) {
				return true;
			}
		}
		return false;
	}

	@Override
	public void denied(RegisteredLimit limit, LimitDecision decision, long leftOut) {
		publish((listener) -> listener.denied(limit, decision, leftOut));
	}

	@Override
	public void nearLimit(RegisteredLimit limit, LimitDecision decision, int rate) {
		publish((listener) -> listener.nearLimit(limit, decision, rate));
	}

	@Override
	public void storeDegraded(String store, String node, String reason) {
		publish((listener) -> listener.storeDegraded(store, node, reason));
	}

	@Override
	public void storeRecovered(String store, String node, Duration outage) {
		publish((listener) -> listener.storeRecovered(store, node, outage));
	}

	@Override
	public void waited(RegisteredLimit limit, long nanos) {
		publish((listener) -> listener.waited(limit, nanos));
	}

	@Override
	public void banned(RegisteredLimit limit, Key key, Duration ban) {
		publish((listener) -> listener.banned(limit, key, ban));
	}

	@Override
	public void notBanned(RegisteredLimit limit, Key key) {
		publish((listener) -> listener.notBanned(limit, key));
	}

	private void publish(Consumer<RateLimitListener> event) {
		for (RateLimitListener listener : this.all) {
			try {
				event.accept(listener);
			}
			catch (VirtualMachineError ex) {
				throw ex;
			}
			catch (Throwable ex) {
				log(listener, ex);
			}
		}
	}

	private void log(RateLimitListener listener, Throwable failure) {
		if (this.warned.compareAndSet(false, true)) {
			logger.warn("An event of a limit could not be delivered to " + listener.getClass().getName() + " ("
					+ failure.getClass().getName() + "); calls are not touched by it. Further failures are logged at "
					+ "debug level");
		}
		logger.debug("A listener of limits failed", failure);
	}

}
