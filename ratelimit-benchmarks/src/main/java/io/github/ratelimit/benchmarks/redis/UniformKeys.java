package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.Spread;
import java.util.Comparator;
import java.util.List;

/**
 * B1: many keys, all equally often, everything granted: the cost of a decision while no
 * key is near its limit.
 */
public final class UniformKeys {

	private static final double OF_RAW = 0.8;

	private UniformKeys() {
	}

	/**
	 * Measures and prints.
	 * @param args rounds (5), milliseconds of each (600), subjects (all)
	 */
	public static void main(String[] args) {
		Arguments arguments = Arguments.read(UniformKeys.class, args, 5, 600, List.of(Subject.values()));
		OverGrants overGrants = OverGrants.measure(arguments.subjects());
		Criteria criteria = new Criteria();
		measure(arguments, overGrants, 1_000, 1, new Criteria(), 1);
		measure(arguments, overGrants, criteria);
		measure(arguments, overGrants, 100_000, 1, new Criteria(), 1, 16, 64);
		measure(arguments, overGrants, 1_000, 4, new Criteria(), 16);
		measure(arguments, overGrants, 1_000, 16, new Criteria(), 16);
		criteria.print();
	}

	/** Measures what has an aim. */
	static void measure(Arguments arguments, OverGrants overGrants, Criteria criteria) {
		measure(arguments, overGrants, 1_000, 1, criteria, 16, 64);
	}

	private static void measure(Arguments arguments, OverGrants overGrants, int count, int instances, Criteria criteria,
			int... threads) {
		Keys keys = new Keys("sk-live", count);
		Workload workload = new Workload("B1: %,d keys, %d instance(s)".formatted(count, instances), keys::uniform);
		try (Contest contest = new Contest(RedisServer.start(), arguments.subjects(), Quota.AMPLE, instances)) {
			contest.touch(keys.texts());
			for (int number : threads) {
				Results results = contest.measure(number, arguments.rounds(), arguments.duration(), List.of(workload))
					.get(workload.name());
				results.print(overGrants);
				judge("B1, %d threads, %,d keys: ".formatted(number, count), results, criteria);
			}
		}
	}

	private static void judge(String where, Results results, Criteria criteria) {
		criteria.count(results);
		if (!results.has(Subject.OURS)) {
			return;
		}
		if (results.has(Subject.RAW)) {
			criteria.atLeast(where + "ours over raw", results.ratioOf(Subject.OURS, Subject.RAW), OF_RAW);
		}
		results.subjects()
			.stream()
			.filter(Subject::isPeer)
			.min(Comparator.comparingDouble((peer) -> over(results, peer).median()))
			.ifPresent((peer) -> criteria.above(where + "ours over the fastest peer, " + peer, over(results, peer), 1));
	}

	private static Spread over(Results results, Subject peer) {
		return results.ratioOf(Subject.OURS, peer);
	}

}
