package io.github.ratelimit.benchmarks.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * B5: three limits in one decision (one for everybody, one of the user, one of the user's
 * budget) beside one alone, and what a refusal by the last of them leaves charged on the
 * others.
 */
public final class SeveralLimits {

	private static final int THREADS = 16;

	private static final int REFUSALS = 500;

	private static final Keys USERS = new Keys("user", 1_000);

	private static final Keys BUDGETS = new Keys("budget", 1_000);

	private SeveralLimits() {
	}

	/**
	 * Measures and prints.
	 * @param args rounds (9), milliseconds of each (700), subjects (all)
	 */
	public static void main(String[] args) {
		Arguments arguments = Arguments.read(SeveralLimits.class, args, 9, 700, subjects());
		OverGrants overGrants = OverGrants.measure(arguments.subjects());
		Workload one = new Workload("one limit", USERS::uniform);
		Workload three = new Workload("three limits", SeveralLimits::three);
		try (Contest contest = new Contest(arguments.subjects(), Quota.AMPLE, 1)) {
			contest.touch(USERS.texts());
			contest.touch(BUDGETS.texts());
			Map<String, Results> results = contest.measure(THREADS, arguments.rounds(), arguments.duration(),
					List.of(one, three));
			results.values().forEach((result) -> result.print(overGrants));
			System.out.println();
			arguments.subjects()
				.forEach((subject) -> System.out.printf("  %-17s three limits over one %s%n", subject,
						results.get(three.name()).ratioTo(results.get(one.name()), subject)));
		}
		System.out.println();
		arguments.subjects().stream().filter(Subject::limits).forEach(SeveralLimits::printLeak);
	}

	/** Spring Data's raw script has no form for several keys. */
	private static List<Subject> subjects() {
		List<Subject> subjects = new ArrayList<>(List.of(Subject.values()));
		subjects.remove(Subject.RAW_SPRING);
		return subjects;
	}

	private static Caller three(int thread) {
		SplittableRandom random = new SplittableRandom(thread);
		return (limiter) -> {
			int user = random.nextInt(USERS.count());
			return limiter.tryAcquireAll(List.of("global", USERS.at(user), BUDGETS.at(user)));
		};
	}

	private static void printLeak(Subject subject) {
		Quota quota = new Quota(1_000, 1);
		try (RedisServer server = RedisServer.start();
				RemoteLimiter limiter = subject.open(new Instance(server.port(), quota))) {
			grants(limiter, "budget", 2 * quota.capacity());
			int refused = 0;
			for (int i = 0; i < REFUSALS; i++) {
				refused += limiter.tryAcquireAll(List.of("global", "user", "budget")) ? 0 : 1;
			}
			long left = grants(limiter, "user", 2 * quota.capacity());
			long leaked = Math.max(0, quota.capacity() - (REFUSALS - refused) - left);
			System.out.printf(Locale.ROOT, "  %-17s %d refusals by the third limit took %d permits of the second%n",
					subject, refused, leaked);
		}
	}

	private static long grants(RemoteLimiter limiter, String key, long most) {
		long granted = 0;
		while (granted < most && limiter.tryAcquire(key)) {
			granted++;
		}
		return granted;
	}

}
