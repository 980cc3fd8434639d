package io.github.ratelimit.observation;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitStatistics;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.LimitStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/**
 * Publishes limits to Micrometer. The decisions of each limit, its number of keys, and
 * the permits that were forgotten or forgiven are the limiter's own counters, which
 * meters read on request, so that metrics add no cost to a decision; a limit that is
 * registered later gets its meters then. Meters of waits and bans are created at the
 * limit's first event; events before a registry is bound are not counted in it. No tag
 * contains a key. Thread-safe.
 */
public final class RateLimitMetrics implements Listeners.WithoutDecisions, MeterBinder {

	private final List<Meters> bound = new CopyOnWriteArrayList<>();

	private final LimitRegistry limits;

	private final LimitStore store;

	/**
	 * Creates the metrics.
	 * @param limits the limits to show
	 * @param store where their permits are kept
	 */
	public RateLimitMetrics(LimitRegistry limits, LimitStore store) {
		this.limits = limits;
		this.store = store;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.bound.add(new Meters(registry));
		this.limits.whenRegistered((limit) -> {
			bindDecisions(limit, registry);
			bindKeys(limit, registry);
			bindPermits("ratelimit.forgotten", "Permits lost because keys were forgotten before they were full again",
					limit, LimitStore::forgottenPermits, registry);
			bindPermits("ratelimit.forgiven", "Permits that calls cost beyond the debt that the limit remembers", limit,
					LimitStore::forgivenPermits, registry);
		});
	}

	private void bindDecisions(RegisteredLimit limit, MeterRegistry registry) {
		bindOutcome(limit, "allowed", LimitStatistics::allowed, registry);
		bindOutcome(limit, "denied", LimitStatistics::denied, registry);
		bindOutcome(limit, "shadow_denied", LimitStatistics::shadowDenied, registry);
		bindOutcome(limit, "degraded", LimitStatistics::degraded, registry);
		bindOutcome(limit, "exempt", LimitStatistics::exempt, registry);
	}

	private void bindOutcome(RegisteredLimit limit, String outcome, ToDoubleFunction<LimitStatistics> count,
			MeterRegistry registry) {
		FunctionCounter.builder("ratelimit.decisions", limit.statistics(), count)
			.description("Calls that the limit decided on")
			.baseUnit("decisions")
			.tag("limit", limit.name())
			.tag("outcome", outcome)
			.register(registry);
	}

	private void bindKeys(RegisteredLimit limit, MeterRegistry registry) {
		Gauge.builder("ratelimit.keys", this.store, (store) -> store.trackedKeys(limit.handle()))
			.description("Keys whose permits are kept")
			.baseUnit("keys")
			.tag("limit", limit.name())
			.register(registry);
	}

	private void bindPermits(String name, String description, RegisteredLimit limit,
			ToDoubleBiFunction<LimitStore, LimitHandle> permits, MeterRegistry registry) {
		FunctionCounter.builder(name, this.store, (store) -> permits.applyAsDouble(store, limit.handle()))
			.description(description)
			.baseUnit("permits")
			.tag("limit", limit.name())
			.register(registry);
	}

	@Override
	public void waited(RegisteredLimit limit, long nanos) {
		this.bound.forEach((meters) -> meters.waits.withTag("limit", limit.name()).record(nanos, TimeUnit.NANOSECONDS));
	}

	@Override
	public void banned(RegisteredLimit limit, Key key, Duration ban) {
		this.bound.forEach((meters) -> {
			meters.missedBans(limit); // now, so that its first increase is seen
			meters.bans.withTag("limit", limit.name()).increment();
		});
	}

	@Override
	public void notBanned(RegisteredLimit limit, Key key) {
		this.bound.forEach((meters) -> meters.missedBans(limit).increment());
	}

	/** The meters of one registry, which keeps those of each limit. */
	private static final class Meters {

		private final MeterProvider<Timer> waits;

		private final MeterProvider<Counter> bans;

		private final MeterProvider<Counter> missedBans;

		Meters(MeterRegistry registry) {
			this.waits = Timer.builder("ratelimit.wait")
				.description("Time that calls were queued")
				.withRegistry(registry);
			this.bans = Counter.builder("ratelimit.bans")
				.description("Keys that were banned for their many refusals")
				.baseUnit("bans")
				.withRegistry(registry);
			this.missedBans = Counter.builder("ratelimit.bans.missed")
				.description("Refusals that were to begin a ban for which there was no room")
				.baseUnit("bans")
				.withRegistry(registry);
		}

		Counter missedBans(RegisteredLimit limit) {
			return this.missedBans.withTag("limit", limit.name());
		}

	}

}
