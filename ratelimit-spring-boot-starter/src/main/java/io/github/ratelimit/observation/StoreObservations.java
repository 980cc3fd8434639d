package io.github.ratelimit.observation;

import io.github.ratelimit.store.StoreObserver;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Shows Micrometer each call of a store as an observation, which tracing turns into a
 * span of the request. No value tells a key. Thread-safe.
 */
public final class StoreObservations implements StoreObserver {

	/** The name of the observation. */
	public static final String NAME = "ratelimit.store.call";

	private final ObservationRegistry registry;

	/**
	 * Creates the observations.
	 * @param registry the registry that observes
	 */
	public StoreObservations(ObservationRegistry registry) {
		this.registry = registry;
	}

	@Override
	public Call asking(int limits) {
		if (this.registry.isNoop()) {
			return Call.UNOBSERVED;
		}
		Observation observation = Observation.createNotStarted(NAME, this.registry)
			.contextualName("ratelimit decision")
			.highCardinalityKeyValue("limits", Integer.toString(limits))
			.start();
		return new Observed(observation, observation.openScope());
	}

	/** One observation, with the scope that makes it the parent of others. */
	private static final class Observed implements Call {

		private final Observation observation;

		private Observation.@Nullable Scope scope;

		private Outcome outcome = Outcome.FAILED;

		Observed(Observation observation, Observation.Scope scope) {
			this.observation = observation;
			this.scope = scope;
		}

		@Override
		public void ended(Outcome outcome) {
			this.outcome = outcome;
		}

		@Override
		public Call detached() {
			closeScope();
			return this;
		}

		private void closeScope() {
			if (this.scope != null) {
				this.scope.close();
				this.scope = null;
			}
		}

		@Override
		public void close() {
			closeScope();
			this.observation.lowCardinalityKeyValue("outcome", this.outcome.name().toLowerCase(Locale.ROOT)).stop();
		}

	}

}
