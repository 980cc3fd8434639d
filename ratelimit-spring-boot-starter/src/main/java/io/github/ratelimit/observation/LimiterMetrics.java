package io.github.ratelimit.observation;

import io.github.ratelimit.Key;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.registry.RegisteredLimit;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Publishes the waits and bans of the limiter to Micrometer: how long calls were queued,
 * and how many keys were banned. The meters of a limit are created at its first event. No
 * tag contains a key. Thread-safe. Events before a registry is bound are not counted in
 * it.
 */
public final class LimiterMetrics implements RateLimitListener, MeterBinder {

	private final List<Meters> bound = new CopyOnWriteArrayList<>();

	@Override
	public boolean wantsDenials() {
		return false;
	}

	@Override
	public boolean wantsNearLimits() {
		return false;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.bound.add(new Meters(registry));
	}

	@Override
	public void waited(RegisteredLimit limit, long nanos) {
		for (Meters meters : this.bound) {
			meters.waits(limit).record(nanos, TimeUnit.NANOSECONDS);
		}
	}

	@Override
	public void banned(RegisteredLimit limit, Key key, Duration ban) {
		for (Meters meters : this.bound) {
			meters.bans(limit).increment();
		}
	}

	@Override
	public void notBanned(RegisteredLimit limit, Key key) {
		for (Meters meters : this.bound) {
			meters.missedBans(limit).increment();
		}
	}

	/** The meters of one registry, by the names of the limits. */
	private static final class Meters {

		private final MeterRegistry registry;

		private final ConcurrentMap<String, Timer> waits = new ConcurrentHashMap<>();

		private final ConcurrentMap<String, Counter> bans = new ConcurrentHashMap<>();

		private final ConcurrentMap<String, Counter> missedBans = new ConcurrentHashMap<>();

		Meters(MeterRegistry registry) {
			this.registry = registry;
		}

		Timer waits(RegisteredLimit limit) {
			Timer known = this.waits.get(limit.name());
			return (known != null) ? known
					: this.waits.computeIfAbsent(limit.name(),
							(name) -> Timer.builder("ratelimit.wait")
								.description("Time that calls were queued")
								.tag("limit", name)
								.register(this.registry));
		}

		/** Makes the counter of missed bans too, so that its first increase is seen. */
		Counter bans(RegisteredLimit limit) {
			missedBans(limit);
			return this.bans.computeIfAbsent(limit.name(),
					(name) -> Counter.builder("ratelimit.bans")
						.description("Keys that were banned for their many refusals")
						.baseUnit("bans")
						.tag("limit", name)
						.register(this.registry));
		}

		Counter missedBans(RegisteredLimit limit) {
			return this.missedBans.computeIfAbsent(limit.name(),
					(name) -> Counter.builder("ratelimit.bans.missed")
						.description("Refusals that were to begin a ban for which there was no room")
						.baseUnit("bans")
						.tag("limit", name)
						.register(this.registry));
		}

	}

}
