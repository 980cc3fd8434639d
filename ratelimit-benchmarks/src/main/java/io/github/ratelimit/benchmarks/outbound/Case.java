package io.github.ratelimit.benchmarks.outbound;

import java.util.List;
import java.util.stream.LongStream;

/**
 * A row of the table: the worst of several scenarios and seeds.
 *
 * @param name what is simulated
 * @param leastUsed the target: how much of the tokens is used at least; 0 for other
 * libraries, which have none
 * @param scenarios what the figures are the worst of
 */
record Case(String name, double leastUsed, List<Scenario> scenarios) {

	/** The target of every case that has one. */
	static final double MOST_THROTTLED = 0.001;

	static Case of(String name, double leastUsed, Scenario... scenarios) {
		return new Case(name, leastUsed, List.of(scenarios));
	}

	List<Outcome> run(int seeds) {
		return this.scenarios.stream()
			.flatMap((scenario) -> LongStream.rangeClosed(1, seeds)
				.mapToObj((seed) -> Simulation.run(scenario, seed * 7919)))
			.toList();
	}

}
