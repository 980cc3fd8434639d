package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.redis.limiter.OurLimiter;
import io.github.ratelimit.benchmarks.redis.limiter.Quota;
import io.github.ratelimit.benchmarks.redis.load.Keys;
import io.github.ratelimit.benchmarks.redis.load.Tally;
import io.github.ratelimit.benchmarks.redis.report.Criteria;
import io.github.ratelimit.benchmarks.redis.report.Table;
import io.github.ratelimit.benchmarks.redis.server.LettuceClients;
import io.github.ratelimit.benchmarks.redis.server.RedisCluster;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import io.github.ratelimit.benchmarks.redis.server.RedisServers;
import io.github.ratelimit.benchmarks.redis.server.ServerStats;
import java.time.Duration;
import java.util.List;

/**
 * How often a decision of ours goes to Redis and back, one after the other: how long it
 * takes over a network that is far slower than everything else. Keys change with each
 * decision, so that none of them is answered from memory.
 */
final class RoundTrips {

	private static final Duration DELAY = Duration.ofMillis(10);

	private static final int DECISIONS = 100;

	private static final List<List<String>> LIMITS = List.of(List.of("user"), List.of("global", "user", "budget"),
			List.of("global", "address", "user", "tokens", "budget"));

	private RoundTrips() {
	}

	static void measure(Criteria criteria) {
		Table table = new Table("B5: round trips of a decision over a network of %d ms".formatted(DELAY.toMillis()),
				"Redis", "limits", "scripts a decision", "p50 ms", "round trips");
		try (RedisServer server = RedisServer.start()) {
			measure("a server", server, 1, table, criteria);
		}
		try (RedisCluster cluster = RedisCluster.start()) {
			measure("a cluster", cluster, 2, table, criteria);
		}
	}

	private static void measure(String where, RedisServers servers, int most, Table table, Criteria criteria) {
		OurLimiter.Setup setup = OurLimiter.Setup.of(OurLimiter.everyLimit(Quota.AMPLE)).patient();
		try (OurLimiter limiter = new OurLimiter(LettuceClients.factory(servers, DELAY), setup)) {
			for (List<String> limits : LIMITS) {
				ask(limiter, limits);
				ServerStats before = servers.stats();
				Tally tally = ask(limiter, limits);
				double scripts = (double) limiter.callsIn(servers.stats().since(before)) / tally.decisions();
				double median = tally.latencies().percentile(0.5);
				long trips = Math.round(median / DELAY.toNanos());
				table.row(where, limits.size(), Table.figure(scripts, 3), Table.millis(median), trips);
				criteria.add("B5: round trips of a decision over %d limit(s) on %s".formatted(limits.size(), where),
						trips + " (p50 " + Table.millis(median) + " ms)", "at most " + most, trips <= most);
			}
		}
	}

	private static Tally ask(OurLimiter limiter, List<String> limits) {
		Tally tally = new Tally();
		for (int i = 0; i < DECISIONS; i++) {
			int caller = i;
			List<String> keys = limits.stream().map((limit) -> key(limit, caller)).toList();
			long asked = System.nanoTime();
			boolean granted = limiter.tryAcquireAll(keys);
			tally.answered(granted, true, System.nanoTime() - asked);
		}
		return tally;
	}

	/** The limits of one user are on one node. */
	private static String key(String limit, int caller) {
		return switch (limit) {
			case "global" -> "global/all";
			case "address" -> "address/a" + caller;
			default -> limit + "/u" + caller;
		};
	}

}
