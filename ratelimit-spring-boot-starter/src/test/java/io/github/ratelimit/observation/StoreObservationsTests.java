package io.github.ratelimit.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.store.StoreObserver.Call;
import io.github.ratelimit.store.StoreObserver.Outcome;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoreObservationsTests {

	private final ObservationRegistry registry = ObservationRegistry.create();

	private final StoreObservations observations = new StoreObservations(this.registry);

	private final List<Observation.Context> stopped = new ArrayList<>();

	StoreObservationsTests() {
		this.registry.observationConfig().observationHandler(new ObservationHandler<Observation.Context>() {

			@Override
			public void onStop(Observation.Context context) {
				StoreObservationsTests.this.stopped.add(context);
			}

			@Override
			public boolean supportsContext(Observation.Context context) {
				return true;
			}

		});
	}

	@Test
	void aCallIsAChildOfTheCurrentObservationAndHasItsOutcome() {
		Observation request = Observation.start("http.server.requests", this.registry);
		request.scoped(() -> {
			try (Call call = this.observations.asking(2)) {
				assertThat(this.registry.getCurrentObservation()).isNotEqualTo(request);
				call.ended(Outcome.REFUSED);
			}
			assertThat(this.registry.getCurrentObservation()).isSameAs(request);
		});
		assertThat(this.stopped).hasSize(1);
		Observation.Context context = this.stopped.get(0);
		assertThat(context.getName()).isEqualTo("ratelimit.store.call");
		assertThat(context.getParentObservation()).isSameAs(request);
		assertThat(context.getLowCardinalityKeyValues()).containsExactly(KeyValue.of("outcome", "refused"));
		assertThat(context.getHighCardinalityKeyValues()).containsExactly(KeyValue.of("limits", "2"));
	}

	@Test
	void aCallThatEndsWithAnExceptionHasFailed() {
		this.observations.asking(1).close();
		assertThat(this.stopped.get(0).getLowCardinalityKeyValues()).containsExactly(KeyValue.of("outcome", "failed"));
		assertThat(this.registry.getCurrentObservation()).isNull();
	}

	@Test
	void nothingIsObservedWithoutARegistry() {
		assertThat(new StoreObservations(ObservationRegistry.NOOP).asking(1)).isSameAs(Call.UNOBSERVED);
	}

}
