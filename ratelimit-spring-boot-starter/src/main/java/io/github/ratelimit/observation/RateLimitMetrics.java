package io.github.ratelimit.observation;

import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitStatistics;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.registry.RegisteredLimit;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/**
 * Publishes the limiter's own counters to Micrometer: the decisions of each limit, its
 * number of keys, and the permits that were forgotten or forgiven. The meters read them
 * on request, so metrics add no cost to a decision; a limit that is registered later gets
 * its meters then. No tag contains a key.
 */
public final class RateLimitMetrics implements MeterBinder {

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

}
