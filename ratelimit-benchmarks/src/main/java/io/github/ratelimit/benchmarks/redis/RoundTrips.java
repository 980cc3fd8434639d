package io.github.ratelimit.benchmarks.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
				"Redis", "limits", "scripts a decision", "p50 ms", "round trips", "failed");
		try (RedisServer server = RedisServer.start()) {
			measure("a server", server, 1, table, criteria);
		}
		try (RedisCluster cluster = RedisCluster.start()) {
			measure("a cluster", cluster, 2, table, criteria);
		}
	}

	private static void measure(String where, RedisServers servers, int most, Table table, Criteria criteria) {
		Map<String, Quota> quotas = new TreeMap<>();
		LIMITS.forEach((limits) -> limits.forEach((limit) -> quotas.put(limit, Quota.AMPLE)));
		try (OurLimiter limiter = new OurLimiter(LettuceClients.factory(servers, DELAY), quotas, Map.of(),
				Duration.ZERO)) {
			for (List<String> limits : LIMITS) {
				ask(limiter, limits);
				ServerStats before = servers.stats();
				Tally tally = ask(limiter, limits);
				double scripts = (double) limiter.callsIn(servers.stats().since(before)) / tally.decisions();
				double median = tally.latencies().percentile(0.5);
				double trips = median / DELAY.toNanos();
				table.row(where, limits.size(), Table.figure(scripts, 3), Table.millis(median), Table.figure(trips, 2),
						tally.failures());
				criteria.add("B5: round trips of a decision over %d limit(s) on %s".formatted(limits.size(), where),
						Table.figure(trips, 2), "at most " + most, Math.round(trips) <= most);
			}
		}
	}

	private static Tally ask(OurLimiter limiter, List<String> limits) {
		Tally tally = new Tally();
		for (int i = 0; i < DECISIONS; i++) {
			String key = "/" + i;
			List<String> keys = limits.stream()
				.map((limit) -> limit.equals("global") ? "global/all" : limit + key)
				.toList();
			long asked = System.nanoTime();
			try {
				boolean granted = limiter.tryAcquireAll(keys);
				tally.answered(granted, true, System.nanoTime() - asked);
			}
			catch (DegradedDecisionException ex) {
				tally.failed(ex, false, 0);
			}
		}
		return tally;
	}

}
