package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.redis.limiter.Quota;
import io.github.ratelimit.benchmarks.redis.limiter.RemoteLimiter;
import io.github.ratelimit.benchmarks.redis.limiter.Subject;
import io.github.ratelimit.benchmarks.redis.load.Caller;
import io.github.ratelimit.benchmarks.redis.load.Keys;
import io.github.ratelimit.benchmarks.redis.load.Latencies;
import io.github.ratelimit.benchmarks.redis.report.Arguments;
import io.github.ratelimit.benchmarks.redis.report.Criteria;
import io.github.ratelimit.benchmarks.redis.report.OverGrants;
import io.github.ratelimit.benchmarks.redis.report.Results;
import io.github.ratelimit.benchmarks.redis.report.Table;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import java.util.List;
import java.util.SplittableRandom;

/**
 * B3: nine of ten questions are for a hundred keys that have nothing left, the others for
 * keys that are never near their limit. Latencies are those of the others, and a refusal
 * of one of them is a false one.
 */
final class ExhaustedKeys {

	private static final Quota QUOTA = new Quota(20, 1);

	private static final int THREADS = 16;

	private static final double CALLS = 0.15;

	/** So many that each is used less often than its permits refill. */
	private static final Keys GOOD = new Keys("good", 100_000);

	private static final Keys EXHAUSTED = new Keys("exhausted", 100);

	private ExhaustedKeys() {
	}

	static void measure(Arguments arguments, OverGrants overGrants, Criteria criteria) {
		Workload workload = new Workload("B3: 90% for 100 exhausted keys", GoodAndExhausted::new);
		try (Contest contest = new Contest(RedisServer.start(), arguments.subjects(), QUOTA)) {
			contest.touch(GOOD.texts());
			Results results = contest.measure(THREADS, arguments.rounds(), arguments.duration(), List.of(workload))
				.get(workload.name());
			results.print(overGrants);
			Table table = new Table("B3: false denials", "subject", "false denials");
			results.subjects().forEach((subject) -> table.row(subject, results.watchedRefusals(subject)));
			judge(results, criteria);
		}
	}

	private static void judge(Results results, Criteria criteria) {
		criteria.count(results);
		if (results.has(Subject.OURS)) {
			criteria.atMost("B3: scripts a decision of ours", results.callsPerDecision(Subject.OURS), CALLS);
			criteria.none("B3: false denials of ours", results.watchedRefusals(Subject.OURS));
		}
	}

	/**
	 * Uses the good keys in order, from its own starting point, so that each has long
	 * rests.
	 */
	private static final class GoodAndExhausted implements Caller {

		private final SplittableRandom random;

		private int position;

		private boolean good;

		GoodAndExhausted(int thread) {
			this.random = new SplittableRandom(thread);
			this.position = thread * (GOOD.count() / THREADS);
		}

		@Override
		public boolean ask(RemoteLimiter limiter) {
			this.good = this.random.nextInt(10) == 0;
			return limiter.tryAcquire(this.good ? nextGood() : EXHAUSTED.at(this.random.nextInt(EXHAUSTED.count())));
		}

		private String nextGood() {
			this.position = (this.position + 1) % GOOD.count();
			return GOOD.at(this.position);
		}

		@Override
		public boolean watched() {
			return this.good;
		}

	}

}
