package io.github.ratelimit.benchmarks.redis;

import java.util.List;

/** B2: one key that everybody asks for, everything granted. */
public final class HotKey {

	private HotKey() {
	}

	/**
	 * Measures and prints.
	 * @param args rounds (11), milliseconds of each (700), subjects (all)
	 */
	public static void main(String[] args) {
		Arguments arguments = Arguments.read(HotKey.class, args, 11, 700, List.of(Subject.values()));
		OverGrants overGrants = OverGrants.measure(arguments.subjects());
		Keys keys = new Keys("global", 1);
		Workload workload = new Workload("one key", keys::uniform);
		try (Contest contest = new Contest(arguments.subjects(), Quota.AMPLE, 1)) {
			contest.touch(keys.texts());
			for (int threads : new int[] { 16, 64 }) {
				contest.measure(threads, arguments.rounds(), arguments.duration(), List.of(workload))
					.get(workload.name())
					.print(overGrants);
			}
		}
	}

}
