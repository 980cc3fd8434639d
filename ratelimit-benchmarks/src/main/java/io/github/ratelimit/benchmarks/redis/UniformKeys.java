package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.Spread;
import io.github.ratelimit.benchmarks.redis.limiter.Quota;
import io.github.ratelimit.benchmarks.redis.limiter.Subject;
import io.github.ratelimit.benchmarks.redis.load.Keys;
import io.github.ratelimit.benchmarks.redis.report.Arguments;
import io.github.ratelimit.benchmarks.redis.report.Criteria;
import io.github.ratelimit.benchmarks.redis.report.OverGrants;
import io.github.ratelimit.benchmarks.redis.report.Results;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import java.util.Comparator;
import java.util.List;

/**
 * B1: many keys, all equally often, everything granted: the cost of a decision while no
 * key is near its limit.
 */
final class UniformKeys {

	private static final double OF_RAW = 0.8;

	private UniformKeys() {
	}

	static void measure(Arguments arguments, OverGrants overGrants, Criteria criteria) {
		Keys keys = new Keys("sk-live", 1_000);
		Workload workload = new Workload("B1: 1,000 keys", keys::uniform);
		try (Contest contest = new Contest(RedisServer.start(), arguments.subjects(), Quota.AMPLE)) {
			contest.touch(keys.texts());
			for (int number : new int[] { 16, 64 }) {
				Results results = contest.measure(number, arguments.rounds(), arguments.duration(), List.of(workload))
					.get(workload.name());
				results.print(overGrants);
				judge("B1, %d threads, 1,000 keys: ".formatted(number), results, criteria);
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
