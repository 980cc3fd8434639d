package io.github.ratelimit.benchmarks.outbound;

import io.github.ratelimit.TimeSource;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * What is simulated.
 *
 * @param provider the provider
 * @param client creates the client of an instance
 * @param instances how many there are; they know nothing of each other
 * @param headsEarly whether the head of a response comes when its request is admitted, or
 * only with the end of the response
 * @param bias by what part the callers' estimates are wrong on average
 * @param noise by what part they are wrong beside that at most
 * @param intoWindow how long the provider's window has lasted when the run begins
 * @param disturbance schedules what happens in the run
 */
record Scenario(ProviderKind provider, BiFunction<ProviderKind, TimeSource, OutboundClient> client, int instances,
		boolean headsEarly, double bias, double noise, Duration intoWindow, Consumer<Simulation> disturbance) {

	static Scenario of(ProviderKind provider, BiFunction<ProviderKind, TimeSource, OutboundClient> client) {
		return new Scenario(provider, client, 1, true, 0, 0, Duration.ZERO, (simulation) -> {
		});
	}

	Scenario instances(int instances) {
		return new Scenario(this.provider, this.client, instances, this.headsEarly, this.bias, this.noise,
				this.intoWindow, this.disturbance);
	}

	Scenario headsEarly(boolean headsEarly) {
		return new Scenario(this.provider, this.client, this.instances, headsEarly, this.bias, this.noise,
				this.intoWindow, this.disturbance);
	}

	Scenario estimates(double bias, double noise) {
		return new Scenario(this.provider, this.client, this.instances, this.headsEarly, bias, noise, this.intoWindow,
				this.disturbance);
	}

	Scenario begins(Duration intoWindow) {
		return new Scenario(this.provider, this.client, this.instances, this.headsEarly, this.bias, this.noise,
				intoWindow, this.disturbance);
	}

	Scenario disturbedBy(Consumer<Simulation> disturbance) {
		return new Scenario(this.provider, this.client, this.instances, this.headsEarly, this.bias, this.noise,
				this.intoWindow, disturbance);
	}

}
