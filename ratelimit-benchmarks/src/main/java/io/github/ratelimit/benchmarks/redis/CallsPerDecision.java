package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.redis.limiter.OurLimiter;
import io.github.ratelimit.benchmarks.redis.limiter.Quota;
import io.github.ratelimit.benchmarks.redis.limiter.RemoteLimiter;
import io.github.ratelimit.benchmarks.redis.limiter.RoundRobin;
import io.github.ratelimit.benchmarks.redis.load.Caller;
import io.github.ratelimit.benchmarks.redis.load.ClosedLoop;
import io.github.ratelimit.benchmarks.redis.load.Tally;
import io.github.ratelimit.benchmarks.redis.report.Criteria;
import io.github.ratelimit.benchmarks.redis.report.Table;
import io.github.ratelimit.benchmarks.redis.server.LettuceClients;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import io.github.ratelimit.benchmarks.redis.server.ServerStats;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How many scripts Redis runs for a decision of ours while everything is granted, by
 * Redis's own count: one, from however many instances, over however many limits.
 */
final class CallsPerDecision {

	private static final int THREADS = 16;

	private static final int KEYS_OF_A_THREAD = 6_000;

	private static final OurLimiter.Setup SETUP = OurLimiter.Setup.of(OurLimiter.everyLimit(Quota.AMPLE)).patient();

	private static final List<String> LIMITS = List.of("global", "address", "user", "tokens", "budget");

	private CallsPerDecision() {
	}

	static void measure(Duration duration, Criteria criteria) {
		Table table = new Table("Scripts that Redis runs for a decision, everything granted", "instances", "limits",
				"decisions", "scripts", "scripts a decision", "refused", "failed");
		for (int instances : new int[] { 1, 4, 16 }) {
			try (RedisServer server = RedisServer.start();
					RoundRobin limiter = new RoundRobin(IntStream.range(0, instances)
						.<RemoteLimiter>mapToObj((i) -> new OurLimiter(LettuceClients.factory(server), SETUP))
						.toList())) {
				for (int limits : new int[] { 1, LIMITS.size() }) {
					// Redis does not know a script that it was never sent
					limiter.instances().forEach((instance) -> ask(instance, limits, 0));
					ServerStats before = server.stats();
					Tally tally = ClosedLoop.run(limiter, THREADS, duration, (thread) -> caller(thread, limits));
					long scripts = limiter.callsIn(server.stats().since(before));
					long refused = tally.decisions() - tally.granted();
					String ratio = String.format(Locale.ROOT, "%.6f", (double) scripts / tally.decisions());
					table.row(instances, limits, tally.decisions(), scripts, ratio, refused, tally.failures());
					criteria.add("B1: scripts a decision, %d instance(s), %d limit(s)".formatted(instances, limits),
							ratio, "exactly 1", scripts == tally.decisions() && refused == 0);
					criteria.count("calls per decision", tally.decisions(), tally.failures());
				}
			}
		}
	}

	/** Two threads that ask for the same key at once would save calls. */
	private static Caller caller(int thread, int limits) {
		SplittableRandom random = new SplittableRandom(thread);
		return (limiter) -> ask(limiter, limits, THREADS * random.nextInt(KEYS_OF_A_THREAD) + thread);
	}

	private static boolean ask(RemoteLimiter limiter, int limits, int key) {
		return (limits == 1) ? limiter.tryAcquire("user/" + key)
				: limiter.tryAcquireAll(LIMITS.stream().map((limit) -> limit + "/" + key).toList());
	}

}
