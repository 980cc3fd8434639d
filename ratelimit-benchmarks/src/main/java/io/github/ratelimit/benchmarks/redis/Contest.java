package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.Machine;
import io.github.ratelimit.benchmarks.redis.limiter.Instance;
import io.github.ratelimit.benchmarks.redis.limiter.Quota;
import io.github.ratelimit.benchmarks.redis.limiter.RemoteLimiter;
import io.github.ratelimit.benchmarks.redis.limiter.Subject;
import io.github.ratelimit.benchmarks.redis.load.ClosedLoop;
import io.github.ratelimit.benchmarks.redis.load.Tally;
import io.github.ratelimit.benchmarks.redis.load.Threads;
import io.github.ratelimit.benchmarks.redis.report.Results;
import io.github.ratelimit.benchmarks.redis.report.Round;
import io.github.ratelimit.benchmarks.redis.server.Polling;
import io.github.ratelimit.benchmarks.redis.server.RedisServers;
import io.github.ratelimit.benchmarks.redis.server.ServerStats;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Subjects that are measured alternately, over one server and within one run. */
final class Contest implements AutoCloseable {

	private static final int TOUCHING_THREADS = 16;

	private static final int ATTEMPTS = 100;

	private final RedisServers servers;

	private final Map<Subject, RemoteLimiter> limiters = new EnumMap<>(Subject.class);

	/**
	 * Opens the subjects.
	 * @param servers over which they are measured, to be closed with them
	 * @param subjects the subjects to measure
	 * @param quota the quota of every key
	 */
	Contest(RedisServers servers, List<Subject> subjects, Quota quota) {
		this.servers = servers;
		try {
			for (Subject subject : subjects) {
				this.limiters.put(subject, subject.open(new Instance(servers, quota)));
			}
		}
		catch (RuntimeException ex) {
			close();
			throw ex;
		}
	}

	/** Asks every subject once for every key, so that no round creates one. */
	void touch(String[] keys) {
		this.limiters.values().forEach((limiter) -> {
			AtomicInteger next = new AtomicInteger();
			Threads.run(TOUCHING_THREADS, (thread) -> {
				for (int key = next.getAndIncrement(); key < keys.length; key = next.getAndIncrement()) {
					touch(limiter, keys[key]);
				}
			});
		});
	}

	/** What is asked for the first time may take longer than it should. */
	private static void touch(RemoteLimiter limiter, String key) {
		for (int i = 1;; i++) {
			try {
				limiter.tryAcquire(key);
				return;
			}
			catch (RuntimeException ex) {
				if (i == ATTEMPTS) {
					throw ex;
				}
				Polling.sleep(Duration.ofMillis(10));
			}
		}
	}

	/**
	 * Measures, after one round that does not count; the first subject changes with each
	 * round.
	 * @return the results of each workload by its name
	 */
	Map<String, Results> measure(int threads, int rounds, Duration duration, List<Workload> workloads) {
		List<Subject> subjects = List.copyOf(this.limiters.keySet());
		Map<String, Results> results = new LinkedHashMap<>();
		workloads.forEach((workload) -> results.put(workload.name(), new Results(workload.name(), threads)));
		for (int round = -1; round < rounds; round++) {
			for (int turn = 0; turn < subjects.size(); turn++) {
				Subject subject = subjects.get(Math.floorMod(round + turn, subjects.size()));
				for (Workload workload : workloads) {
					Round figures = measure(this.limiters.get(subject), threads, duration, workload);
					if (round >= 0) {
						results.get(workload.name()).add(subject, figures);
					}
				}
			}
		}
		return results;
	}

	private Round measure(RemoteLimiter limiter, int threads, Duration duration, Workload workload) {
		ServerStats before = this.servers.stats();
		long cpu = Machine.cpuNanos();
		long start = System.nanoTime();
		Tally tally = ClosedLoop.run(limiter, threads, duration, workload.callers());
		double seconds = (System.nanoTime() - start) / 1e9;
		double clientMicros = (Machine.cpuNanos() - cpu) / 1e3;
		ServerStats used = this.servers.stats().since(before);
		return new Round(tally, seconds, limiter.callsIn(used), used.cpuMicros(), clientMicros);
	}

	@Override
	public void close() {
		this.limiters.values().forEach(RemoteLimiter::close);
		this.servers.close();
	}

}
