package io.github.ratelimit.observation;

import io.github.ratelimit.store.StoreObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Publishes the state of a remote store to Micrometer: how long it takes to answer, and
 * how often it does not. Thread-safe. Events before a registry is bound are not counted
 * in it.
 */
public final class StoreMetrics implements StoreObserver, MeterBinder {

	/**
	 * The upper bounds of the histogram, which Prometheus needs for percentiles of
	 * several instances and for exemplars.
	 */
	private static final Duration[] BUCKETS = { Duration.ofNanos(500_000), Duration.ofMillis(1), Duration.ofMillis(2),
			Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMillis(50),
			Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofSeconds(2) };

	private final List<Meters> bound = new CopyOnWriteArrayList<>();

	@Override
	public void bindTo(MeterRegistry registry) {
		this.bound.add(new Meters(registry));
	}

	@Override
	public void answered(long nanos) {
		this.bound.forEach((meters) -> meters.latency.record(nanos, TimeUnit.NANOSECONDS));
	}

	@Override
	public void failed(String reason) {
		this.bound.forEach((meters) -> meters.errors.withTag("reason", reason).increment());
	}

	/** The meters of one registry. */
	private static final class Meters {

		private final Timer latency;

		private final MeterProvider<Counter> errors;

		Meters(MeterRegistry registry) {
			this.latency = Timer.builder("ratelimit.store.latency")
				.description("Time from a call to Redis until its answer")
				.serviceLevelObjectives(BUCKETS)
				.register(registry);
			this.errors = Counter.builder("ratelimit.store.errors")
				.description("Calls to Redis that it did not answer in time, or not at all")
				.baseUnit("errors")
				.withRegistry(registry);
		}

	}

}
