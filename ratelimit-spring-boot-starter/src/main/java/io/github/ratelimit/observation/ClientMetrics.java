package io.github.ratelimit.observation;

import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.ClientListener;
import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.client.ProviderAccount;
import io.github.ratelimit.governor.GovernorState;
import io.github.ratelimit.governor.GovernorState.QuotaState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Publishes the calls to providers to Micrometer: their outcomes, how long they were
 * queued, and the part of the quota that is in use. No tag contains a key. Thread-safe.
 * Events before a registry is bound are not counted in it.
 */
public final class ClientMetrics implements ClientListener, MeterBinder {

	private final List<Meters> bound = new CopyOnWriteArrayList<>();

	private final Supplier<ClientLimiters> clients;

	/**
	 * Creates the metrics.
	 * @param clients the clients, read when a registry is bound
	 */
	public ClientMetrics(Supplier<ClientLimiters> clients) {
		this.clients = clients;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.bound.add(new Meters(registry));
		this.clients.get().all().forEach((client) -> bind(client, registry));
	}

	private static void bind(ClientLimiter client, MeterRegistry registry) {
		gauge("ratelimit.client.used", "Part of the quota in use, of the key that has used most", "ratio", client,
				(state) -> state.quotas().stream().mapToDouble(ClientMetrics::used).max().orElse(0), true, registry);
		gauge("ratelimit.client.waiting", "Calls that are queued", "calls", client, GovernorState::waiting, false,
				registry);
		gauge("ratelimit.client.in.flight", "Calls that are in flight", "calls", client, GovernorState::inFlight, false,
				registry);
	}

	private static double used(QuotaState quota) {
		return (quota.limit() > 0) ? Math.max(0, Math.min(1, 1 - (double) quota.available() / quota.limit())) : 0;
	}

	private static void gauge(String name, String description, String unit, ClientLimiter client,
			ToDoubleFunction<GovernorState> figure, boolean largest, MeterRegistry registry) {
		Gauge.builder(name, client, (limiter) -> {
			double total = 0;
			for (ProviderAccount account : limiter.accounts()) {
				double value = figure.applyAsDouble(account.governor().state());
				total = largest ? Math.max(total, value) : total + value;
			}
			return total;
		}).description(description).baseUnit(unit).tag("client", client.name()).register(registry);
	}

	@Override
	public void ended(String client, Outcome outcome) {
		this.bound.forEach((meters) -> meters.calls(client, outcome).increment());
	}

	@Override
	public void waited(String client, long nanos) {
		this.bound.forEach((meters) -> meters.waits.withTag("client", client).record(nanos, TimeUnit.NANOSECONDS));
	}

	@Override
	public void ignored(String client, int values) {
		this.bound.forEach((meters) -> meters.ignored.withTag("client", client).increment(values));
	}

	/** The meters of one registry. */
	private static final class Meters {

		private final MeterRegistry registry;

		/** By client: every call ends with one of them. */
		private final ConcurrentMap<String, Counter[]> calls = new ConcurrentHashMap<>();

		private final MeterProvider<Timer> waits;

		private final MeterProvider<Counter> ignored;

		Meters(MeterRegistry registry) {
			this.registry = registry;
			this.waits = Timer.builder("ratelimit.client.wait")
				.description("Time that calls were queued")
				.withRegistry(registry);
			this.ignored = Counter.builder("ratelimit.client.ignored")
				.description("Values in responses that could not be read")
				.baseUnit("values")
				.withRegistry(registry);
		}

		Counter calls(String client, Outcome outcome) {
			return this.calls.computeIfAbsent(client, this::outcomes)[outcome.ordinal()];
		}

		private Counter[] outcomes(String client) {
			Outcome[] outcomes = Outcome.values();
			Counter[] counters = new Counter[outcomes.length];
			for (Outcome outcome : outcomes) {
				counters[outcome.ordinal()] = Counter.builder("ratelimit.client.calls")
					.description("Calls to the provider")
					.baseUnit("calls")
					.tag("client", client)
					.tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
					.register(this.registry);
			}
			return counters;
		}

	}

}
