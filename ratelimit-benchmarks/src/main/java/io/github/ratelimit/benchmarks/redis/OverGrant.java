package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.redis.limiter.Instance;
import io.github.ratelimit.benchmarks.redis.limiter.Quota;
import io.github.ratelimit.benchmarks.redis.limiter.Subject;
import io.github.ratelimit.benchmarks.redis.load.GrantLog;
import io.github.ratelimit.benchmarks.redis.load.OpenLoop;
import io.github.ratelimit.benchmarks.redis.report.Criteria;
import io.github.ratelimit.benchmarks.redis.report.Table;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import java.time.Duration;
import java.util.List;

/**
 * B4: four instances share a bucket of 100 permits and 1,000 a second, and are asked for
 * five times that. The clock of one is 200 ms ahead; it joins after a third of the time
 * and leaves after two thirds.
 */
final class OverGrant {

	private static final Quota QUOTA = new Quota(100, 1_000);

	/** The other three offer five times the rate without the one that comes and goes. */
	private static final int OFFERED_BY_AN_INSTANCE = 5 * QUOTA.perSecond() / 3;

	private static final double GRANTED = 0.98;

	private static final Duration AHEAD = Duration.ofMillis(200);

	private OverGrant() {
	}

	static void measure(List<Subject> subjects, Duration duration, Criteria criteria) {
		Table table = new Table(
				"B4: four instances, asked for five times the rate for %.1f s".formatted(duration.toMillis() / 1e3),
				"subject", "C", "r", "offered of r", "granted", "of C + r t", "of C + r (t + round trip)",
				"worst second", "of C + r", "longest gap ms", "gaps over 10 ms", "p50 ms", "p99 ms", "failed");
		subjects.stream().filter(Subject::limits).forEach((subject) -> {
			try (RedisServer server = RedisServer.start()) {
				OpenLoop.Result result = overload(subject, server, duration);
				print(subject, result, table);
				judge(subject, result, criteria);
			}
		});
	}

	private static OpenLoop.Result overload(Subject subject, RedisServer server, Duration duration) {
		Duration third = duration.dividedBy(3);
		try (OpenLoop load = new OpenLoop(OFFERED_BY_AN_INSTANCE)) {
			for (int i = 0; i < 3; i++) {
				load.add(subject.open(new Instance(server, QUOTA)), Duration.ZERO, duration);
			}
			load.add(subject.open(new Instance(server, QUOTA, AHEAD)), third, third.multipliedBy(2));
			return load.run("key");
		}
	}

	private static void print(Subject subject, OpenLoop.Result result, Table table) {
		GrantLog log = result.log();
		Quota quota = subject.quota(QUOTA);
		long worst = log.worst(Duration.ofSeconds(1).toNanos());
		table.row(subject, quota.capacity(), quota.perSecond(),
				Table.figure(result.asked() / result.seconds() / quota.perSecond(), 2), log.count(),
				Table.figure(log.count() / quota.bound(result.seconds()), 4),
				Table.figure(log.count() / quota.bound(result.seconds() + result.roundTrip()), 4), worst,
				Table.figure(worst / quota.bound(1), 3), Table.figure(log.longestGapMillis(), 1), log.gapsOver(10),
				Table.millis(result.latencies().percentile(0.5)), Table.millis(result.latencies().percentile(0.99)),
				result.failed());
	}

	private static void judge(Subject subject, OpenLoop.Result result, Criteria criteria) {
		if (subject != Subject.OURS) {
			return;
		}
		double granted = result.grants().size();
		double all = granted / QUOTA.bound(result.seconds());
		double beyond = granted / QUOTA.bound(result.seconds() + result.roundTrip());
		criteria.add("B4: granted of C + r t", Table.figure(all, 4), "at least " + GRANTED, all >= GRANTED);
		criteria.add("B4: granted of C + r (t + round trip)", Table.figure(beyond, 4), "at most 1", beyond <= 1);
		double second = result.worstWithin(Duration.ofSeconds(1).toNanos()) / QUOTA.bound(1);
		criteria.add("B4: asked for and granted within any second, of C + r", Table.figure(second, 4), "at most 1",
				second <= 1);
		criteria.count("B4", result.asked() - result.failed(), result.failed());
	}

}
