package io.github.ratelimit.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StoreMetricsTests {

	private final StoreMetrics metrics = new StoreMetrics();

	private final MeterRegistry meters = new SimpleMeterRegistry();

	@Test
	void answersAreTimed() {
		this.metrics.bindTo(this.meters);
		this.metrics.answered(Duration.ofMillis(3).toNanos());
		this.metrics.answered(Duration.ofMillis(5).toNanos());
		assertThat(this.meters.get("ratelimit.store.latency").timer().count()).isEqualTo(2);
		assertThat(this.meters.get("ratelimit.store.latency").timer().totalTime(TimeUnit.MILLISECONDS)).isEqualTo(8);
		assertThat(this.meters.get("ratelimit.store.latency").timer().max(TimeUnit.MILLISECONDS)).isEqualTo(5);
	}

	@Test
	void failuresAreCountedByTheirReasons() {
		this.metrics.bindTo(this.meters);
		this.metrics.failed("timeout");
		this.metrics.failed("timeout");
		this.metrics.failed("connection");
		assertThat(errors(this.meters, "timeout")).isEqualTo(2);
		assertThat(errors(this.meters, "connection")).isEqualTo(1);
		assertThat(this.meters.get("ratelimit.store.latency").timer().count()).isZero();
	}

	@Test
	void everyRegistryShowsTheSameFigures() {
		MeterRegistry another = new SimpleMeterRegistry();
		this.metrics.failed("before");
		this.metrics.bindTo(this.meters);
		this.metrics.bindTo(another);
		this.metrics.answered(1000);
		this.metrics.failed("timeout");
		for (MeterRegistry registry : new MeterRegistry[] { this.meters, another }) {
			assertThat(registry.get("ratelimit.store.latency").timer().count()).isEqualTo(1);
			assertThat(errors(registry, "timeout")).isEqualTo(1);
			assertThat(registry.find("ratelimit.store.errors").tag("reason", "before").counter()).isNull();
		}
	}

	@Test
	void metersHaveDescriptionsAndNoTagButTheReason() {
		this.metrics.bindTo(this.meters);
		this.metrics.failed("timeout");
		// the histogram is Micrometer's own
		List<Meter> own = this.meters.getMeters()
			.stream()
			.filter((meter) -> !meter.getId().getName().endsWith(".histogram"))
			.toList();
		assertThat(own).extracting(Meter::getId)
			.extracting(Meter.Id::getName, (id) -> id.getTags().toString(), Meter.Id::getType)
			.containsExactlyInAnyOrder(tuple("ratelimit.store.latency", "[]", Meter.Type.TIMER),
					tuple("ratelimit.store.errors", "[tag(reason=timeout)]", Meter.Type.COUNTER));
		assertThat(own).allSatisfy((meter) -> assertThat(meter.getId().getDescription()).isNotBlank());
	}

	@Test
	void latenciesHaveAHistogramWithTheUsualDeadlineAsABound() {
		this.metrics.bindTo(this.meters);
		this.metrics.answered(Duration.ofMillis(3).toNanos());
		this.metrics.answered(Duration.ofMillis(60).toNanos());
		assertThat(this.meters.get("ratelimit.store.latency.histogram").tag("le", "0.05").gauge().value()).isEqualTo(1);
		assertThat(this.meters.get("ratelimit.store.latency.histogram").gauges()).hasSizeLessThanOrEqualTo(12);
	}

	private static double errors(MeterRegistry registry, String reason) {
		return registry.get("ratelimit.store.errors").tag("reason", reason).counter().count();
	}

}
