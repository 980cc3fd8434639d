package io.github.ratelimit.benchmarks.redis.slots;

import io.github.ratelimit.benchmarks.redis.report.Arguments;
import io.github.ratelimit.benchmarks.redis.report.Criteria;
import io.github.ratelimit.benchmarks.redis.report.Table;
import io.github.ratelimit.benchmarks.redis.server.Polling;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import io.lettuce.core.ScriptOutputType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * B8: two hundred callers in twenty processes share slots. One process is killed, another
 * is paused for longer than a lease lasts, and the leases in Redis are watched all the
 * time.
 */
public final class Holders {

	private static final int SLOTS = 40;

	private static final int THREADS = 10;

	private static final Duration LEASE = Duration.ofSeconds(30);

	private static final Duration START = Duration.ofSeconds(120);

	private static final Duration QUIET = Duration.ofSeconds(5);

	private static final Duration WATCH_PAUSE = Duration.ofMillis(2);

	/** Leases that have not expired, then the running calls that each process reports. */
	private static final String WATCH = """
			local time = redis.call('TIME')
			local now = time[1] * 1000000 + time[2]
			local leases = 0
			for _, key in ipairs(redis.call('KEYS', '*slots*')) do
			  if redis.call('TYPE', key).ok == 'zset' then
			    leases = leases + redis.call('ZCOUNT', key, '(' .. string.format('%.0f', now), '+inf')
			  end
			end
			local answer = { leases }
			for _, value in ipairs(redis.call('HGETALL', 'running')) do
			  answer[#answer + 1] = value
			end
			return answer
			""";

	private Holders() {
	}

	/**
	 * Measures and prints.
	 * @param args processes (20), milliseconds for which one is stopped (40000)
	 * @throws IOException if a process cannot be started
	 */
	public static void main(String[] args) throws IOException {
		int processes = (args.length > 0) ? Integer.parseInt(args[0]) : 20;
		Duration stopped = Duration.ofMillis((args.length > 1) ? Long.parseLong(args[1]) : 40_000);
		Arguments.begin(Holders.class, processes, stopped.toMillis());
		Criteria criteria = new Criteria();
		measure(processes, stopped, criteria);
		System.exit(criteria.print() ? 0 : 1);
	}

	static void measure(int processes, Duration stopped, Criteria criteria) throws IOException {
		List<Process> started = new ArrayList<>();
		try (RedisServer server = RedisServer.start()) {
			for (int i = 0; i < processes; i++) {
				started.add(start(server.port(), "process-" + i));
			}
			Watch watch = new Watch(server);
			Polling.until(START, () -> "all processes run", () -> watch.look().processes() == processes);
			Table table = new Table(
					"B8: %d callers in %d processes, %d slots, leases of %d s".formatted(processes * THREADS, processes,
							SLOTS, LEASE.toSeconds()),
					"while", "looks", "most leases", "most running", "fewest running");
			watch.during(table, "all is well", QUIET.multipliedBy(2));
			criteria.add("B8 running while all is well", watch.most + " of " + SLOTS, "at most " + SLOTS,
					watch.most <= SLOTS && watch.mostLeases <= SLOTS);
			kill(started.get(0), watch, table, criteria);
			stop(started.get(1), stopped, watch, table, criteria);
			end(started, server, criteria);
		}
		finally {
			started.forEach(Process::destroyForcibly);
		}
	}

	private static Process start(int port, String name) throws IOException {
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m",
				"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
				HolderInstance.class.getName(), Integer.toString(port), Integer.toString(SLOTS),
				Integer.toString(THREADS), Long.toString(LEASE.toMillis()), name)
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
	}

	/** The slots of a killed process are free within the lease. */
	private static void kill(Process process, Watch watch, Table table, Criteria criteria) {
		process.destroyForcibly().onExit().join();
		long orphans = watch.look().running("process-0");
		watch.dead.add("process-0");
		long begin = System.nanoTime();
		watch.during(table, "a process with " + orphans + " calls is killed", LEASE.plus(QUIET));
		criteria.add("B8 leases when a process is killed", watch.mostLeases + " of " + SLOTS, "at most " + SLOTS,
				watch.mostLeases <= SLOTS);
		criteria.add("B8 all slots in use again after", Table.millis(watch.fullAgainAt - begin) + " ms",
				"at most %d ms".formatted(LEASE.toMillis() + 1000),
				watch.fullAgainAt != 0 && watch.fullAgainAt - begin <= LEASE.plusSeconds(1).toNanos());
	}

	/**
	 * Leases of a process that cannot renew run out; when it goes on it does not take
	 * more.
	 */
	private static void stop(Process process, Duration stopped, Watch watch, Table table, Criteria criteria) {
		signal(process, "STOP");
		watch.dead.add("process-1");
		watch.during(table, "a process is stopped", stopped);
		criteria.add("B8 leases while a process is stopped", watch.mostLeases + " of " + SLOTS, "at most " + SLOTS,
				watch.mostLeases <= SLOTS);
		signal(process, "CONT");
		watch.dead.remove("process-1");
		watch.during(table, "it goes on", QUIET.multipliedBy(2));
		criteria.add("B8 running beside those of the process that goes on", watch.most + " of " + SLOTS,
				"at most " + (SLOTS + THREADS), watch.most <= SLOTS + THREADS);
		watch.during(table, "its calls have ended", QUIET.multipliedBy(2));
		criteria.add("B8 running when its calls have ended", watch.most + " of " + SLOTS, "at most " + SLOTS,
				watch.most <= SLOTS && watch.mostLeases <= SLOTS);
	}

	private static void end(List<Process> processes, RedisServer server, Criteria criteria) throws IOException {
		for (Process process : processes) {
			if (process.isAlive()) {
				process.getOutputStream().write('\n');
				process.getOutputStream().flush();
			}
		}
		for (Process process : processes) {
			try {
				process.waitFor(20, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
		criteria.none("B8 leases when all have ended", new Watch(server).look().leases());
	}

	private static void signal(Process process, String name) {
		try {
			new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).inheritIO().start().onExit().join();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private record Look(long leases, List<String> running) {

		int processes() {
			return this.running.size() / 2;
		}

		long running(String process) {
			int index = this.running.indexOf(process);
			return (index < 0) ? 0 : Long.parseLong(this.running.get(index + 1));
		}

		long runningWithout(List<String> dead) {
			long sum = 0;
			for (int i = 0; i < this.running.size(); i += 2) {
				sum += dead.contains(this.running.get(i)) ? 0 : Long.parseLong(this.running.get(i + 1));
			}
			return sum;
		}

	}

	private static final class Watch {

		private final RedisServer server;

		private final List<String> dead = new ArrayList<>();

		private long mostLeases;

		private long most;

		private long fullAgainAt;

		Watch(RedisServer server) {
			this.server = server;
		}

		Look look() {
			return this.server.run((commands) -> {
				List<Object> answer = commands.eval(WATCH, ScriptOutputType.MULTI);
				return new Look((Long) answer.get(0), answer.stream().skip(1).map(Object::toString).toList());
			});
		}

		void during(Table table, String what, Duration duration) {
			this.mostLeases = 0;
			this.most = 0;
			this.fullAgainAt = 0;
			long fewest = Long.MAX_VALUE;
			long looks = 0;
			long end = System.nanoTime() + duration.toNanos();
			while (System.nanoTime() < end) {
				Look look = look();
				long running = look.runningWithout(this.dead);
				this.mostLeases = Math.max(this.mostLeases, look.leases());
				this.most = Math.max(this.most, running);
				fewest = Math.min(fewest, running);
				if (running >= SLOTS - 1 && this.fullAgainAt == 0) {
					this.fullAgainAt = System.nanoTime();
				}
				looks++;
				Polling.sleep(WATCH_PAUSE);
			}
			table.row(what, looks, this.mostLeases, this.most, fewest);
		}

	}

}
