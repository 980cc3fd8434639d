package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.redis.limiter.Quota;
import io.github.ratelimit.benchmarks.redis.limiter.Subject;
import io.github.ratelimit.benchmarks.redis.load.Caller;
import io.github.ratelimit.benchmarks.redis.load.Keys;
import io.github.ratelimit.benchmarks.redis.report.Arguments;
import io.github.ratelimit.benchmarks.redis.report.Criteria;
import io.github.ratelimit.benchmarks.redis.report.OverGrants;
import io.github.ratelimit.benchmarks.redis.report.Results;
import io.github.ratelimit.benchmarks.redis.report.Table;
import io.github.ratelimit.benchmarks.redis.server.RedisCluster;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import io.github.ratelimit.benchmarks.redis.server.RedisServers;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * B5: three limits in one decision (a global one, one of the user, one of the user's
 * budget) beside one alone, then five; on a server and, for ours, on a cluster. Last,
 * what refusals leave charged.
 */
final class SeveralLimits {

	private static final int THREADS = 16;

	private static final double OF_ONE = 0.6;

	private static final int COUNT = 1_000;

	private static final Keys ADDRESSES = new Keys("address/a", COUNT);

	private static final Keys USERS = new Keys("user/u", COUNT);

	private static final Keys TOKENS = new Keys("tokens/u", COUNT);

	private static final Keys BUDGETS = new Keys("budget/u", COUNT);

	private SeveralLimits() {
	}

	static void measure(Arguments arguments, OverGrants overGrants, Criteria criteria) {
		List<Results> results = measure("a server", RedisServer.start(), arguments);
		print(results, overGrants, criteria);
		if (arguments.has(Subject.OURS)) {
			criteria.atLeast("B5: ours over three limits, over one",
					results.get(1).ratioTo(results.get(0), Subject.OURS), OF_ONE);
			Arguments ours = new Arguments(arguments.rounds(), arguments.duration(), List.of(Subject.OURS));
			print(measure("a cluster", RedisCluster.start(), ours), overGrants, criteria);
			RoundTrips.measure(criteria);
		}
		Leaks.measure(arguments, criteria);
	}

	/** Returns the results with one limit, with three and with five. */
	private static List<Results> measure(String where, RedisServers servers, Arguments arguments) {
		try (Contest contest = new Contest(servers, arguments.subjects(), Quota.AMPLE)) {
			Stream.of(ADDRESSES, USERS, TOKENS, BUDGETS).forEach((keys) -> contest.touch(keys.texts()));
			List<Workload> workloads = List.of(new Workload("B5: one limit on " + where, USERS::uniform),
					new Workload("B5: three limits on " + where, SeveralLimits::three),
					new Workload("B5: five limits on " + where, SeveralLimits::five));
			return List.copyOf(contest.measure(THREADS, arguments.rounds(), arguments.duration(), workloads).values());
		}
	}

	private static void print(List<Results> results, OverGrants overGrants, Criteria criteria) {
		results.forEach((result) -> {
			result.print(overGrants);
			criteria.count(result);
		});
		Table table = new Table("B5: decisions a second over those with one limit", "subject", "three limits",
				"five limits");
		Results one = results.get(0);
		one.subjects()
			.forEach((subject) -> table.row(subject, results.get(1).ratioTo(one, subject),
					results.get(2).ratioTo(one, subject)));
	}

	private static Caller three(int thread) {
		SplittableRandom random = new SplittableRandom(thread);
		return (limiter) -> {
			int user = random.nextInt(COUNT);
			return limiter.tryAcquireAll(List.of("global/all", USERS.at(user), BUDGETS.at(user)));
		};
	}

	private static Caller five(int thread) {
		SplittableRandom random = new SplittableRandom(thread);
		return (limiter) -> {
			int user = random.nextInt(COUNT);
			String address = ADDRESSES.at(random.nextInt(COUNT));
			return limiter
				.tryAcquireAll(List.of("global/all", address, USERS.at(user), TOKENS.at(user), BUDGETS.at(user)));
		};
	}

}
