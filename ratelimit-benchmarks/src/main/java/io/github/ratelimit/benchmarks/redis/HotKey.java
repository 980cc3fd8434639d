package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.redis.limiter.Quota;
import io.github.ratelimit.benchmarks.redis.limiter.Subject;
import io.github.ratelimit.benchmarks.redis.load.Keys;
import io.github.ratelimit.benchmarks.redis.report.Arguments;
import io.github.ratelimit.benchmarks.redis.report.Criteria;
import io.github.ratelimit.benchmarks.redis.report.OverGrants;
import io.github.ratelimit.benchmarks.redis.report.Results;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import java.util.List;

/** B2: one key that all callers use, everything granted. */
final class HotKey {

	private static final double OF_BUCKET4J = 8;

	private static final double LEASE_OF_RAW = 20;

	private HotKey() {
	}

	static void measure(Arguments arguments, OverGrants overGrants, Criteria criteria) {
		Keys keys = new Keys("global", 1);
		Workload workload = new Workload("B2: one key", keys::uniform);
		try (Contest contest = new Contest(RedisServer.start(), arguments.subjects(), Quota.AMPLE)) {
			contest.touch(keys.texts());
			for (int threads : new int[] { 16, 64 }) {
				Results results = contest.measure(threads, arguments.rounds(), arguments.duration(), List.of(workload))
					.get(workload.name());
				results.print(overGrants);
				if (threads == 16) {
					criteria.count(results);
					judge(results, criteria);
				}
			}
		}
	}

	private static void judge(Results results, Criteria criteria) {
		if (results.has(Subject.OURS, Subject.BUCKET4J)) {
			criteria.atLeast("B2, 16 threads: ours over bucket4j", results.ratioOf(Subject.OURS, Subject.BUCKET4J),
					OF_BUCKET4J);
		}
		if (results.has(Subject.OURS, Subject.BUCKET4J_BATCHING)) {
			criteria.above("B2, 16 threads: ours over bucket4j-batching",
					results.ratioOf(Subject.OURS, Subject.BUCKET4J_BATCHING), 1);
		}
		if (results.has(Subject.OURS_WITH_LEASE, Subject.RAW)) {
			criteria.atLeast("B2, 16 threads: ours with lease over raw",
					results.ratioOf(Subject.OURS_WITH_LEASE, Subject.RAW), LEASE_OF_RAW);
			criteria.none("B2: refusals of ours with lease, below the limit",
					results.refusals(Subject.OURS_WITH_LEASE));
		}
	}

}
