package io.github.ratelimit.observation;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.RegisteredLimit;
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
 * Publishes the waits and bans of the limiter to Micrometer: how long calls were queued,
 * and how many keys were banned. The meters of a limit are created at its first event. No
 * tag contains a key. Thread-safe. Events before a registry is bound are not counted in
 * it.
 */
public final class LimiterMetrics implements NoDecisionListener, MeterBinder {

	private final List<Meters> bound = new CopyOnWriteArrayList<>();

	@Override
	public void bindTo(MeterRegistry registry) {
		this.bound.add(new Meters(registry));
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
