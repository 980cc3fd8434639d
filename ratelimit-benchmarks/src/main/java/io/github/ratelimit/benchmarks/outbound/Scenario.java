package io.github.ratelimit.benchmarks.outbound;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.benchmarks.outbound.client.OutboundClient;
import io.github.ratelimit.benchmarks.outbound.client.ProviderKind;
import io.github.ratelimit.store.InstanceNotes;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is simulated.
 *
 * @param provider the provider
 * @param client creates the client of an instance
 * @param instances how many there are
 * @param shared whether they share what they know in a store; else they know nothing of
 * each other
 * @param headsEarly whether the head of a response comes when its request is admitted, or
 * only with the end of the response
 * @param bias by what part the callers' estimates are wrong on average
 * @param noise by what part they are wrong beside that at most
 * @param intoWindow how long the provider's window has lasted when the run begins
 * @param disturbance schedules what happens in the run
 */
record Scenario(ProviderKind provider, ClientFactory client, int instances, boolean shared, boolean headsEarly,
		double bias, double noise, Duration intoWindow, Consumer<Simulation> disturbance) {

	static Scenario of(ProviderKind provider, ClientFactory client) {
		return new Scenario(provider, client, 1, false, true, 0, 0, Duration.ZERO, (simulation) -> {
		});
	}

	Scenario instances(int instances) {
		return new Scenario(this.provider, this.client, instances, this.shared, this.headsEarly, this.bias, this.noise,
				this.intoWindow, this.disturbance);
	}

	Scenario headsEarly(boolean headsEarly) {
		return new Scenario(this.provider, this.client, this.instances, this.shared, headsEarly, this.bias, this.noise,
				this.intoWindow, this.disturbance);
	}

	Scenario estimates(double bias, double noise) {
		return new Scenario(this.provider, this.client, this.instances, this.shared, this.headsEarly, bias, noise,
				this.intoWindow, this.disturbance);
	}

	Scenario begins(Duration intoWindow) {
		return new Scenario(this.provider, this.client, this.instances, this.shared, this.headsEarly, this.bias,
				this.noise, intoWindow, this.disturbance);
	}

	Scenario disturbedBy(Consumer<Simulation> disturbance) {
		return new Scenario(this.provider, this.client, this.instances, this.shared, this.headsEarly, this.bias,
				this.noise, this.intoWindow, disturbance);
	}

	Scenario sharing() {
		return new Scenario(this.provider, this.client, this.instances, true, this.headsEarly, this.bias, this.noise,
				this.intoWindow, this.disturbance);
	}

	/** Creates the client of one instance. */
	interface ClientFactory {

		/**
		 * Creates a client.
		 * @param provider the provider
		 * @param time the time
		 * @param notes where instances share what they know, null if they do not
		 */
		OutboundClient create(ProviderKind provider, TimeSource time, @Nullable InstanceNotes notes);

	}

}
