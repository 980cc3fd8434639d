package io.github.ratelimit.observation;

import java.util.Arrays;
import java.util.Set;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.event.SmartApplicationListener;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;
import io.github.ratelimit.event.KeyNearLimitEvent;
import io.github.ratelimit.LimitDecision;
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

	/**
	 * Whether an application listens for events of one type. The answer is remembered
	 * until the application gets another listener. Thread-safe.
	 */
	private static final class EventListeners {

		/** They receive every event and pass on those that others listen for. */
		private static final Set<String> FORWARD_ANY_EVENT = Set.of(
				"org.springframework.security.context.DelegatingApplicationListener",
				"org.springframework.boot.devtools.restart.RestartApplicationListener");

		private final ApplicationContext context;

		private final ResolvableType type;

		/** Twice the number of all listeners, and 1 more if some listen for the event. */
		private volatile int answer = -1;

		EventListeners(ApplicationContext context, Class<?> event) {
			this.context = context;
			this.type = ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class, event);
		}

		boolean exist() {
			int count = count();
			int known = this.answer;
			if (known >> 1 != count) {
				known = 2 * count + (find() ? 1 : 0);
				this.answer = known;
			}
			return (known & 1) != 0;
		}

		private int count() {
			int count = 0;
			for (ApplicationContext at = this.context; at != null; at = at.getParent()) {
				if (at instanceof AbstractApplicationContext known) {
					count += known.getApplicationListeners().size();
				}
			}
			return count;
		}

		private boolean find() {
			for (ApplicationContext at = this.context; at != null; at = at.getParent()) {
				if ((at instanceof AbstractApplicationContext known
						&& known.getApplicationListeners().stream().anyMatch(this::accepts)) || hasLazyListener(at)) {
					return true;
				}
			}
			return false;
		}

		private boolean accepts(ApplicationListener<?> listener) {
			if (FORWARD_ANY_EVENT.contains(listener.getClass().getName())) {
				return false;
			}
			GenericApplicationListener generic = (listener instanceof GenericApplicationListener own) ? own
					: new GenericApplicationListenerAdapter(listener);
			return generic.supportsEventType(this.type);
		}

		/**
		 * A listener that is not made before its first event is known by its type only.
		 */
		private boolean hasLazyListener(ListableBeanFactory beans) {
			return Arrays.stream(beans.getBeanNamesForType(ApplicationListener.class, true, false))
				.map((name) -> beans.getType(name, false))
				.anyMatch((listener) -> listener != null && accepts(listener));
		}

		private boolean accepts(Class<?> listener) {
			if (FORWARD_ANY_EVENT.contains(listener.getName())
					|| SmartApplicationListener.class.isAssignableFrom(listener)) {
				return false;
			}
			ResolvableType declared = ResolvableType.forClass(listener).as(ApplicationListener.class).getGeneric();
			return declared != ResolvableType.NONE && declared.isAssignableFrom(this.type);
		}

	}

}
