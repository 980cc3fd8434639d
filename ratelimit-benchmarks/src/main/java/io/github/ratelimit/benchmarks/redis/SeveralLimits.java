package io.github.ratelimit.benchmarks.redis;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * B5: three limits in one decision (one for everybody, one of the user, one of the user's
 * budget) beside one alone, then five; on a server and, for ours, on a cluster. Last,
 * what refusals leave charged.
 */
public final class SeveralLimits {

	private static final int THREADS = 16;

	private static final double OF_ONE = 0.6;

	private static final int COUNT = 1_000;

	private static final Keys ADDRESSES = new Keys("address/a", COUNT);

	private static final Keys USERS = new Keys("user/u", COUNT);

	private static final Keys TOKENS = new Keys("tokens/u", COUNT);

	private static final Keys BUDGETS = new Keys("budget/u", COUNT);

	private static final Workload ONE = new Workload("B5: one limit", USERS::uniform);

	private static final Workload THREE = new Workload("B5: three limits", SeveralLimits::three);

	private static final Workload FIVE = new Workload("B5: five limits", SeveralLimits::five);

	private SeveralLimits() {
	}

	/**
	 * Measures and prints.
	 * @param args rounds (9), milliseconds of each (700), subjects (all that have a form
	 * for several keys)
	 */
	public static void main(String[] args) {
		Arguments arguments = Arguments.read(SeveralLimits.class, args, 9, 700,
				Subject.allBut(Subject.RAW_SPRING, Subject.OURS_WITH_LEASE));
		Criteria criteria = new Criteria();
		measure(arguments, OverGrants.measure(arguments.subjects()), criteria);
		criteria.print();
	}

	static void measure(Arguments arguments, OverGrants overGrants, Criteria criteria) {
		Map<String, Results> results = measure(RedisServer.start(), arguments);
		print(results, overGrants, criteria);
		if (arguments.has(Subject.OURS)) {
			criteria.atLeast("B5: ours over three limits, over one",
					results.get(THREE.name()).ratioTo(results.get(ONE.name()), Subject.OURS), OF_ONE);
			measureOnCluster(new Arguments(arguments.rounds(), arguments.duration(), List.of(Subject.OURS)), overGrants,
					criteria);
		}
		Leaks.measure(arguments, criteria);
	}

	private static void measureOnCluster(Arguments arguments, OverGrants overGrants, Criteria criteria) {
		System.out.printf("%nOn a cluster of three servers:%n");
		print(measure(RedisCluster.start(), arguments), overGrants, criteria);
		RoundTrips.measure(criteria);
	}

	private static Map<String, Results> measure(RedisServers servers, Arguments arguments) {
		try (Contest contest = new Contest(servers, arguments.subjects(), Quota.AMPLE, 1)) {
			Stream.of(ADDRESSES, USERS, TOKENS, BUDGETS).forEach((keys) -> contest.touch(keys.texts()));
			return contest.measure(THREADS, arguments.rounds(), arguments.duration(), List.of(ONE, THREE, FIVE));
		}
	}

	private static void print(Map<String, Results> results, OverGrants overGrants, Criteria criteria) {
		results.values().forEach((result) -> {
			result.print(overGrants);
			criteria.count(result);
		});
		Results one = results.get(ONE.name());
		Table table = new Table("B5: decisions a second over those with one limit", "subject", "three limits",
				"five limits");
		one.subjects()
			.forEach((subject) -> table.row(subject, results.get(THREE.name()).ratioTo(one, subject),
					results.get(FIVE.name()).ratioTo(one, subject)));
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
