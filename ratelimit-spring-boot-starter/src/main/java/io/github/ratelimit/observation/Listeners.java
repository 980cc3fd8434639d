package io.github.ratelimit.observation;

import io.github.ratelimit.Key;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.client.ClientListener;
import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.registry.LimitChange;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.StoreObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.BeansException;
import org.springframework.util.function.SingletonSupplier;

/**
 * Several listeners as one, of which one that fails affects neither the others nor the
 * call: its first failure is logged as a warning, all of them at debug level.
 * Thread-safe.
 */
public final class Listeners {

	private static final Log logger = LogFactory.getLog(Listeners.class);

	private Listeners() {
	}

	/**
	 * Returns several listeners of limits as one.
	 * @param all returns the listeners, in the order in which they are called; called at
	 * the first event, because a listener may need what has events
	 * @return one listener
	 */
	public static RateLimitListener ofLimits(Supplier<List<RateLimitListener>> all) {
		return new OfLimits(all);
	}

	/**
	 * Returns several observers of a store as one.
	 * @param all the observers, in the order in which they are called
	 * @return one observer
	 */
	public static StoreObserver ofStore(List<StoreObserver> all) {
		return new OfStore(() -> all);
	}

	/**
	 * Returns several listeners of calls to limited APIs as one.
	 * @param all the listeners, in the order in which they are called
	 * @return one listener
	 */
	public static ClientListener ofClients(List<ClientListener> all) {
		return new OfClients(() -> all);
	}

	/** Asks for the listeners once; there are none while they are being created. */
	private static <T> Supplier<List<T>> once(Supplier<List<T>> listeners) {
		SingletonSupplier<List<T>> created = SingletonSupplier.of(() -> List.copyOf(listeners.get()));
		return () -> {
			try {
				return created.obtain();
			}
			catch (BeansException ex) {
				logger.debug("An event came before the listeners", ex);
				return List.of();
			}
		};
	}

	/** A listener that never receives decisions, so that it need not be asked at each. */
	interface WithoutDecisions extends RateLimitListener {

		@Override
		default boolean wantsDenials() {
			return false;
		}

		@Override
		default boolean wantsNearLimits() {
			return false;
		}

	}

	/**
	 * Some listeners.
	 *
	 * @param <T> the type of the listeners
	 */
	private abstract static class Group<T> {

		private final Supplier<List<T>> all;

		private final AtomicBoolean warned = new AtomicBoolean();

		Group(Supplier<List<T>> all) {
			this.all = once(all);
		}

		/** Logs the first failure. */
		abstract void warn(Object listener, Throwable failure);

		void each(Consumer<? super T> event) {
			List<T> listeners = this.all.get();
			for (int i = 0; i < listeners.size(); i++) {
				one(listeners.get(i), event);
			}
		}

		/** Calls one, which need not be a listener itself. */
		<L> void one(L listener, Consumer<? super L> event) {
			try {
				event.accept(listener);
			}
			catch (VirtualMachineError ex) {
				throw ex;
			}
			catch (Throwable ex) {
				if (this.warned.compareAndSet(false, true)) {
					warn(listener, ex);
				}
				logger.debug("A listener failed", ex);
			}
		}

	}

	private static final class OfLimits extends Group<RateLimitListener> implements RateLimitListener {

		/** Those that may want decisions, and are asked at each of them. */
		private final Supplier<List<RateLimitListener>> asked;

		OfLimits(Supplier<List<RateLimitListener>> all) {
			super(all);
			this.asked = once(
					() -> all.get().stream().filter((listener) -> !(listener instanceof WithoutDecisions)).toList());
		}

		/** Without the failure's message and cause, which may have keys. */
		@Override
		void warn(Object listener, Throwable failure) {
			logger.warn("An event of a limit could not be delivered to " + listener.getClass().getName() + " ("
					+ failure.getClass().getName() + "); calls are not touched by it. Further failures are logged at "
					+ "debug level [RL611]");
		}

		@Override
		public boolean wantsDenials() {
			List<RateLimitListener> listeners = this.asked.get();
			for (int i = 0; i < listeners.size(); i++) {
				if (listeners.get(i).wantsDenials()) {
					return true;
				}
			}
			return false;
		}

		@Override
		public boolean wantsNearLimits() {
			List<RateLimitListener> listeners = this.asked.get();
			for (int i = 0; i < listeners.size(); i++) {
				if (listeners.get(i).wantsNearLimits()) {
					return true;
				}
			}
			return false;
		}

		@Override
		public void denied(RegisteredLimit limit, LimitDecision decision, long leftOut) {
			each((listener) -> listener.denied(limit, decision, leftOut));
		}

		@Override
		public void nearLimit(RegisteredLimit limit, LimitDecision decision, int rate) {
			each((listener) -> listener.nearLimit(limit, decision, rate));
		}

		@Override
		public void changed(LimitChange change) {
			each((listener) -> listener.changed(change));
		}

		@Override
		public void storeDegraded(String store, String node, String reason) {
			each((listener) -> listener.storeDegraded(store, node, reason));
		}

		@Override
		public void storeRecovered(String store, String node, Duration outage) {
			each((listener) -> listener.storeRecovered(store, node, outage));
		}

		@Override
		public void waited(RegisteredLimit limit, long nanos) {
			each((listener) -> listener.waited(limit, nanos));
		}

		@Override
		public void banned(RegisteredLimit limit, Key key, Duration ban) {
			each((listener) -> listener.banned(limit, key, ban));
		}

		@Override
		public void notBanned(RegisteredLimit limit, Key key) {
			each((listener) -> listener.notBanned(limit, key));
		}

	}

	private static final class OfStore extends Group<StoreObserver> implements StoreObserver {

		OfStore(Supplier<List<StoreObserver>> all) {
			super(all);
		}

		@Override
		void warn(Object observer, Throwable failure) {
			logger.warn("An observer of the store failed; the decisions of limits are not "
					+ "affected. Further failures are logged at debug level [RL701]", failure);
		}

		@Override
		public Call asking(int limits) {
			List<Call> calls = new ArrayList<>(1);
			each((observer) -> {
				Call call = observer.asking(limits);
				if (call != Call.UNOBSERVED) {
					calls.add(call);
				}
			});
			return calls.isEmpty() ? Call.UNOBSERVED : new Calls(calls);
		}

		@Override
		public void answered(long nanos) {
			each((observer) -> observer.answered(nanos));
		}

		@Override
		public void failed(String reason) {
			each((observer) -> observer.failed(reason));
		}

		@Override
		public void degraded(String node, String reason) {
			each((observer) -> observer.degraded(node, reason));
		}

		@Override
		public void recovered(String node, Duration outage) {
			each((observer) -> observer.recovered(node, outage));
		}

		/** The calls of several observers, which end in the reverse order. */
		private final class Calls implements Call {

			private final List<Call> calls;

			Calls(List<Call> calls) {
				this.calls = calls;
			}

			@Override
			public void ended(Outcome outcome) {
				reversed((call) -> call.ended(outcome));
			}

			@Override
			public Call detached() {
				reversed(Call::detached);
				return this;
			}

			@Override
			public void close() {
				reversed(Call::close);
			}

			private void reversed(Consumer<Call> event) {
				for (int i = this.calls.size() - 1; i >= 0; i--) {
					one(this.calls.get(i), event);
				}
			}

		}

	}

	private static final class OfClients extends Group<ClientListener> implements ClientListener {

		OfClients(Supplier<List<ClientListener>> all) {
			super(all);
		}

		@Override
		void warn(Object listener, Throwable failure) {
			logger.warn("A listener of client calls failed: " + listener.getClass().getName()
					+ ". The calls go on. (This is logged once.) [RL703]", failure);
		}

		@Override
		public void ended(String client, Outcome outcome) {
			each((listener) -> listener.ended(client, outcome));
		}

		@Override
		public void waited(String client, long nanos) {
			each((listener) -> listener.waited(client, nanos));
		}

		@Override
		public void ignored(String client, int values) {
			each((listener) -> listener.ignored(client, values));
		}

	}

}
