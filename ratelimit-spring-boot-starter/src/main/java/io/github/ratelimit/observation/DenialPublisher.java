package io.github.ratelimit.observation;

import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.event.KeyNearLimitEvent;
import io.github.ratelimit.event.RateLimitDeniedEvent;
import io.github.ratelimit.event.RateLimitDeniedEvent.Reason;
import io.github.ratelimit.event.StoreDegradedEvent;
import io.github.ratelimit.event.StoreRecoveredEvent;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.registry.RegisteredLimit;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;

/**
 * Publishes denials, keys that are near their limit, and outages of the store as events
 * of the application, if it listens for them, and logs denials at debug level.
 * Thread-safe.
 */
public final class DenialPublisher implements RateLimitListener {

	/** The name of the logger of denials. */
	public static final String DENIED_LOGGER = "io.github.ratelimit.denied";

	private static final Log denials = LogFactory.getLog(DENIED_LOGGER);

	private final ApplicationContext context;

	private final Supplier<LimitedRequest.@Nullable Current> requests;

	private final EventListeners ofDenials;

	private final EventListeners ofNearLimits;

	/**
	 * Creates the publisher.
	 * @param context where events are published
	 * @param requests returns what finds the request of the current thread, null without
	 * requests
	 */
	public DenialPublisher(ApplicationContext context, Supplier<LimitedRequest.@Nullable Current> requests) {
		this.context = context;
		this.requests = requests;
		this.ofDenials = new EventListeners(context, RateLimitDeniedEvent.class);
		this.ofNearLimits = new EventListeners(context, KeyNearLimitEvent.class);
	}

	@Override
	public boolean wantsDenials() {
		return denials.isDebugEnabled() || this.ofDenials.exist();
	}

	@Override
	public boolean wantsNearLimits() {
		return this.ofNearLimits.exist();
	}

	@Override
	public void denied(RegisteredLimit limit, LimitDecision decision, long leftOut) {
		RateLimitDeniedEvent event = new RateLimitDeniedEvent(limit.name(), decision.key().label(), path(limit),
				Reason.of(decision), decision.isNeverPayable() ? null : decision.retryAfter(), leftOut);
		if (denials.isDebugEnabled()) {
			denials.debug(line(event));
		}
		if (this.ofDenials.exist()) {
			this.context.publishEvent(event);
		}
	}

	private static String line(RateLimitDeniedEvent event) {
		Duration wait = event.retryAfter();
		return "Limit '" + event.limit() + "' denied a call of key " + event.key().masked() + " (" + event.key().id()
				+ "), path " + ((event.path() != null) ? event.path() : "unknown") + ", reason " + event.reason()
				+ ", retry after " + ((wait != null) ? wait.toMillis() + " ms" : "never") + "; " + event.leftOut()
				+ " more denials of this key since the last such line";
	}

	@Override
	public void nearLimit(RegisteredLimit limit, LimitDecision decision, int rate) {
		if (this.ofNearLimits.exist()) {
			this.context.publishEvent(new KeyNearLimitEvent(limit.name(), decision.key().label(), path(limit),
					decision.remaining(rate), decision.limit().quota(rate)));
		}
	}

	private @Nullable String path(RegisteredLimit limit) {
		LimitedRequest.Current current = this.requests.get();
		LimitedRequest request = (current != null) ? current.get() : null;
		return (request != null) ? request.path(limit.name()) : null;
	}

	@Override
	public void storeDegraded(String store, String node, String reason) {
		this.context.publishEvent(new StoreDegradedEvent(store, node, reason));
	}

	@Override
	public void storeRecovered(String store, String node, Duration outage) {
		this.context.publishEvent(new StoreRecoveredEvent(store, node, outage));
	}

}
