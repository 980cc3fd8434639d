package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.redis.limiter.Instance;
import io.github.ratelimit.benchmarks.redis.limiter.OurLimiter;
import io.github.ratelimit.benchmarks.redis.limiter.Quota;
import io.github.ratelimit.benchmarks.redis.limiter.RemoteLimiter;
import io.github.ratelimit.benchmarks.redis.limiter.RoundRobin;
import io.github.ratelimit.benchmarks.redis.limiter.Subject;
import io.github.ratelimit.benchmarks.redis.load.Threads;
import io.github.ratelimit.benchmarks.redis.report.Arguments;
import io.github.ratelimit.benchmarks.redis.report.Criteria;
import io.github.ratelimit.benchmarks.redis.report.Table;
import io.github.ratelimit.benchmarks.redis.server.LettuceClients;
import io.github.ratelimit.benchmarks.redis.server.Polling;
import io.github.ratelimit.benchmarks.redis.server.RedisCluster;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import io.github.ratelimit.benchmarks.redis.server.RedisServers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * What decisions over three limits leave charged that they did not grant. A peer is
 * refused by the third limit again and again. Ours has four instances that contend for a
 * budget until it is spent, on a server and on a cluster, where permits that one limit
 * gave have to go back when another has none left; afterwards each limit has to lack
 * exactly what was granted.
 */
final class Leaks {

	private static final int REFUSALS = 500;

	private static final Quota OF_PEERS = new Quota(1_000, 1);

	private static final int INSTANCES = 4;

	private static final int THREADS = 16;

	private static final int DECISIONS = 4_000;

	private static final Map<String, Quota> QUOTAS = Map.of("global", new Quota(10_000, 0), "user", new Quota(10, 0),
			"budget", new Quota(1_000, 0));

	private static final Duration SETTLING = Duration.ofMillis(500);

	private Leaks() {
	}

	static void measure(Arguments arguments, Criteria criteria) {
		Table table = new Table("B5: permits that refusals took", "subject", "granted", "refused", "failed",
				"leaked permits");
		if (arguments.has(Subject.OURS)) {
			criteria.none("B5: permits leaked by ours", ours(RedisServer.start(), "ours", table, criteria));
			criteria.none("B5: permits leaked by ours on a cluster",
					ours(RedisCluster.start(), "ours on a cluster", table, criteria));
		}
		arguments.subjects().stream().filter(Subject::isPeer).forEach((subject) -> peer(subject, table));
	}

	private static long ours(RedisServers servers, String name, Table table, Criteria criteria) {
		try (servers;
				RoundRobin limiters = new RoundRobin(
						IntStream.range(0, INSTANCES).<RemoteLimiter>mapToObj((i) -> open(servers)).toList());
				OurLimiter auditor = open(servers)) {
			AtomicIntegerArray granted = new AtomicIntegerArray(DECISIONS);
			LongAdder failures = new LongAdder();
			contend(limiters, granted, failures);
			Polling.sleep(SETTLING);
			long all = IntStream.range(0, DECISIONS).map(granted::get).sum();
			long leaked = Math.abs(auditor.missing("global/all") - all) + Math.abs(auditor.missing("budget/all") - all);
			for (int i = 0; i < DECISIONS; i++) {
				leaked += Math.abs(auditor.missing("user/" + i) - granted.get(i));
			}
			table.row(name, all, DECISIONS - all - failures.sum(), failures, leaked);
			criteria.count("B5: leaks, " + name, DECISIONS - failures.sum(), failures.sum());
			return leaked;
		}
	}

	private static OurLimiter open(RedisServers servers) {
		return new OurLimiter(LettuceClients.factory(servers), OurLimiter.Setup.of(QUOTAS).patient());
	}

	/** Each decision has a user of its own, so that none is refused from memory. */
	private static void contend(RemoteLimiter limiter, AtomicIntegerArray granted, LongAdder failures) {
		AtomicInteger next = new AtomicInteger();
		Threads.run(THREADS, (thread) -> {
			for (int n = next.getAndIncrement(); n < DECISIONS; n = next.getAndIncrement()) {
				try {
					boolean allowed = limiter.tryAcquireAll(List.of("global/all", "user/" + n, "budget/all"));
					granted.set(n, allowed ? 1 : 0);
				}
				catch (RuntimeException ex) {
					failures.increment();
				}
			}
		});
	}

	private static void peer(Subject subject, Table table) {
		try (RedisServer server = RedisServer.start();
				RemoteLimiter limiter = subject.open(new Instance(server, OF_PEERS))) {
			grants(limiter, "budget", 2 * OF_PEERS.capacity());
			int refused = 0;
			for (int i = 0; i < REFUSALS; i++) {
				refused += limiter.tryAcquireAll(List.of("global", "user", "budget")) ? 0 : 1;
			}
			long left = grants(limiter, "user", 2 * OF_PEERS.capacity());
			int granted = REFUSALS - refused;
			table.row(subject, granted, refused, 0, Math.max(0, OF_PEERS.capacity() - granted - left));
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
