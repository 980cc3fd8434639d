package io.github.ratelimit.observation;

import io.github.ratelimit.store.StoreObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Several observers of a store as one. What one of them throws affects neither the others
 * nor the call; it is logged once as a warning, then at debug level. Thread-safe.
 */
public final class StoreObservers implements StoreObserver {

	private static final Log logger = LogFactory.getLog(StoreObservers.class);

	private final Fanout<StoreObserver> all;

	/**
	 * Creates it.
	 * @param all the observers, in the order in which they are called
	 */
	public StoreObservers(List<StoreObserver> all) {
		this.all = new Fanout<>(all, logger,
				(observer, failure) -> logger.warn("An observer of the store failed; the decisions of limits are not "
						+ "affected. Further failures are logged at debug level [RL701]", failure));
	}

	@Override
	public Call asking(int limits) {
		List<Call> calls = new ArrayList<>(1);
		this.all.call((observer) -> {
			Call call = observer.asking(limits);
			if (call != Call.UNOBSERVED) {
				calls.add(call);
			}
		});
		return calls.isEmpty() ? Call.UNOBSERVED : new Calls(calls);
	}

	@Override
	public void answered(long nanos) {
		this.all.call((observer) -> observer.answered(nanos));
	}

	@Override
	public void failed(String reason) {
		this.all.call((observer) -> observer.failed(reason));
	}

	@Override
	public void degraded(String node, String reason) {
		this.all.call((observer) -> observer.degraded(node, reason));
	}

	@Override
	public void recovered(String node, Duration outage) {
		this.all.call((observer) -> observer.recovered(node, outage));
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
				StoreObservers.this.all.call(this.calls.get(i), event);
			}
		}

	}

}
