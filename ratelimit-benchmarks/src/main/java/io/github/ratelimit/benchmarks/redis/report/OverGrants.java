package io.github.ratelimit.benchmarks.redis.report;

import io.github.ratelimit.benchmarks.redis.limiter.Instance;
import io.github.ratelimit.benchmarks.redis.limiter.Quota;
import io.github.ratelimit.benchmarks.redis.limiter.RemoteLimiter;
import io.github.ratelimit.benchmarks.redis.limiter.Subject;
import io.github.ratelimit.benchmarks.redis.load.ClosedLoop;
import io.github.ratelimit.benchmarks.redis.load.Tally;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What each subject grants of one key that is asked for far too much, over what the
 * bucket allows in that time: the other side of its speed.
 */
public final class OverGrants {

	private static final Quota QUOTA = new Quota(100, 1_000);

	private static final int THREADS = 16;

	private static final Duration DURATION = Duration.ofSeconds(2);

	private final Map<Subject, String> ratios = new EnumMap<>(Subject.class);

	/** Measures the subjects that limit, one after the other, for two seconds each. */
	public static OverGrants measure(List<Subject> subjects) {
		OverGrants overGrants = new OverGrants();
		try (RedisServer server = RedisServer.start()) {
			for (Subject subject : subjects) {
				if (subject.limits()) {
					overGrants.ratios.put(subject, measure(subject, server));
				}
			}
		}
		return overGrants;
	}

	private static String measure(Subject subject, RedisServer server) {
		RemoteLimiter limiter = subject.open(new Instance(server, QUOTA));
		try {
			limiter.tryAcquire("another");
			long start = System.nanoTime();
			Tally tally = ClosedLoop.run(limiter, THREADS, DURATION, (thread) -> (asked) -> asked.tryAcquire("key"));
			double seconds = (System.nanoTime() - start) / 1e9;
			String ratio = Table.figure(tally.granted() / subject.quota(QUOTA).bound(seconds), 3);
			return (tally.failures() == 0) ? ratio : ratio + " (" + tally.failures() + " failed)";
		}
		finally {
			limiter.close();
		}
	}

	/** Returns the ratio as a text, or a dash where the subject limits nothing. */
	String of(Subject subject) {
		return this.ratios.getOrDefault(subject, "-");
	}

}
