package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.GrantLog;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * B4: four instances share a bucket of 100 permits and 1,000 a second, and are asked for
 * five times that. The clock of one is 200 ms ahead; it joins after a third of the time
 * and leaves after two thirds.
 */
public final class OverGrant {

	private static final Quota QUOTA = new Quota(100, 1_000);

	/** The other three offer five times the rate without the one that comes and goes. */
	private static final int OFFERED_BY_AN_INSTANCE = 5 * QUOTA.perSecond() / 3;

	private static final Duration AHEAD = Duration.ofMillis(200);

	private OverGrant() {
	}

	/**
	 * Measures and prints.
	 * @param args rounds (1), milliseconds of each (30000), subjects (all that limit)
	 */
	public static void main(String[] args) {
		Arguments arguments = Arguments.read(OverGrant.class, args, 1, 30_000, Subject.limiters());
		for (int round = 0; round < arguments.rounds(); round++) {
			for (Subject subject : arguments.subjects()) {
				try (RedisServer server = RedisServer.start()) {
					print(subject, overload(subject, server.port(), arguments.duration()));
				}
			}
		}
	}

	private static OpenLoop.Result overload(Subject subject, int port, Duration duration) {
		Duration third = duration.dividedBy(3);
		try (OpenLoop load = new OpenLoop(duration, OFFERED_BY_AN_INSTANCE)) {
			for (int i = 0; i < 3; i++) {
				load.add(subject.open(new Instance(port, QUOTA)), Duration.ZERO, duration);
			}
			load.add(subject.open(new Instance(port, QUOTA, AHEAD)), third, third.multipliedBy(2));
			return load.run("key");
		}
	}

	private static void print(Subject subject, OpenLoop.Result result) {
		GrantLog grants = result.grants();
		Quota quota = subject.quota(QUOTA);
		long worst = grants.worst(Duration.ofSeconds(1).toNanos());
		System.out.printf(Locale.ROOT,
				"%-17s C=%d, r=%d/s, offered %.2f x r for %.1f s: granted %d, %.4f of C + r t, worst second %d (%.3f of"
						+ " C + r), longest gap %.1f ms, %d gaps over 10 ms, p50 %.3f ms, p99 %.3f ms, failed %d%n",
				subject, quota.capacity(), quota.perSecond(), result.asked() / result.seconds() / quota.perSecond(),
				result.seconds(), grants.count(), grants.count() / quota.bound(result.seconds()), worst,
				worst / quota.bound(1), grants.longestGapMillis(), grants.gapsOver(10),
				result.latencies().percentile(0.5) / 1e6, result.latencies().percentile(0.99) / 1e6, result.failed());
	}

}
