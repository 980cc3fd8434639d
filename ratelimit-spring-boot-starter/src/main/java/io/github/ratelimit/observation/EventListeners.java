package io.github.ratelimit.observation;

import java.util.Arrays;
import java.util.Set;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.event.SmartApplicationListener;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;

/**
 * Whether an application listens for events of one type. The answer is remembered until
 * the application gets another listener. Thread-safe.
 */
final class EventListeners {

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
