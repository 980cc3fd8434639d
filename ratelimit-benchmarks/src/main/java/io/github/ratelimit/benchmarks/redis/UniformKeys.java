package io.github.ratelimit.benchmarks.redis;

import java.util.List;

/**
 * B1: many keys, all equally often, everything granted: what a decision costs while
 * nobody is near a limit.
 */
public final class UniformKeys {

	private UniformKeys() {
	}

	/**
	 * Measures and prints.
	 * @param args rounds (5), milliseconds of each (600), subjects (all)
	 */
	public static void main(String[] args) {
		Arguments arguments = Arguments.read(UniformKeys.class, args, 5, 600, List.of(Subject.values()));
		OverGrants overGrants = OverGrants.measure(arguments.subjects());
		measure(arguments, overGrants, 1_000, 1, 1, 16, 64);
		measure(arguments, overGrants, 100_000, 1, 1, 16, 64);
		measure(arguments, overGrants, 1_000, 4, 16);
		measure(arguments, overGrants, 1_000, 16, 16);
	}

	private static void measure(Arguments arguments, OverGrants overGrants, int count, int instances, int... threads) {
		Keys keys = new Keys("sk-live", count);
		Workload workload = new Workload("%,d keys, %d instance(s)".formatted(count, instances), keys::uniform);
		try (Contest contest = new Contest(arguments.subjects(), Quota.AMPLE, instances)) {
			contest.touch(keys.texts());
			for (int number : threads) {
				contest.measure(number, arguments.rounds(), arguments.duration(), List.of(workload))
					.get(workload.name())
					.print(overGrants);
			}
		}
	}

}
