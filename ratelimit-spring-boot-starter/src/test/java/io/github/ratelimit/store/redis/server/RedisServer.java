package io.github.ratelimit.store.redis.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Redis server in a process and a directory of its own, on 127.0.0.1, that keeps
 * nothing on disk.
 * <p>
 * It is the redis-server that the system property {@code ratelimit.test.redis-server}
 * names by its path, otherwise the one on the PATH, otherwise the one in the
 * embedded-redis artifact, which {@code ratelimit.test.redis-server=artifact} selects.
 * The process ends with {@link #close()}, with this JVM at the latest. Safe for use by
 * several threads.
 */
public final class RedisServer implements AutoCloseable {

	/** The address that every server listens on. */
	public static final String HOST = "127.0.0.1";

	private static final Duration START = Duration.ofSeconds(20);

	private static final Duration FIRST_ANSWER = Duration.ofSeconds(1);

	private static final Duration ANSWER = Duration.ofSeconds(5);

	private static final int ATTEMPTS = 5;

	/** The words depend on the C library. */
	private static final Pattern TAKEN = Pattern.compile("Address (already )?in use");

	private final RedisExecutable executable;

	private final int port;

	private final Path directory;

	private final ServerProcess process;

	private RedisServer(RedisExecutable executable, int port, Path directory, List<String> commandLine) {
		this.executable = executable;
		this.port = port;
		this.directory = directory;
		this.process = new ServerProcess(commandLine, directory);
	}

	/**
	 * Starts a server on a free port and waits until it answers. DEBUG is allowed.
	 * @param arguments more arguments of redis-server, each word by itself:
	 * {@code "--maxmemory", "2mb"}
	 * @throws IllegalStateException if no redis-server runs on this machine, or it does
	 * not answer in time
	 */
	public static RedisServer start(String... arguments) {
		return start(RedisExecutable.find(), arguments);
	}

	static RedisServer start(RedisExecutable executable, String... arguments) {
		return startOnFreePort((port) -> {
			Path directory = Leftovers.directory("server-" + port);
			List<String> commandLine = new ArrayList<>(
					List.of(executable.path().toString(), "--port", Integer.toString(port), "--bind", HOST, "--dir",
							directory.toString(), "--save", "", "--appendonly", "no", "--repl-diskless-sync", "yes",
							"--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"));
			if (executable.version().atLeast(7, 0)) {
				commandLine.addAll(List.of("--enable-debug-command", "yes"));
			}
			commandLine.addAll(List.of(arguments));
			return new RedisServer(executable, port, directory, commandLine);
		});
	}

	/**
	 * Starts a replica of a server and waits until it has the server's data and follows.
	 * @param master the server to follow
	 * @param arguments more arguments of redis-server
	 * @throws IllegalStateException if it does not follow in time
	 */
	public static RedisServer startReplicaOf(RedisServer master, String... arguments) {
		List<String> all = new ArrayList<>(List.of("--replicaof", HOST, Integer.toString(master.port())));
		all.addAll(List.of(arguments));
		RedisServer replica = start(all.toArray(String[]::new));
		try {
			replica.awaitMaster(master);
			return replica;
		}
		catch (RuntimeException ex) {
			replica.close();
			throw ex;
		}
	}

	/**
	 * Redis 6.2 sends nothing to a new replica for up to a second, although both call
	 * their link up.
	 */
	private void awaitMaster(RedisServer master) {
		Supplier<String> what = () -> this + " follows " + master + "; its log:\n" + log();
		Polling.until(START, what, () -> "up".equals(info("replication").get("master_link_status")));
		master.command("PUBLISH", "replicas", "something to receive");
		long offset = master.replicationOffset("master_repl_offset");
		Polling.until(START, what, () -> replicationOffset("slave_repl_offset") >= offset);
	}

	private long replicationOffset(String field) {
		return Long.parseLong(info("replication").getOrDefault(field, "-1"));
	}

	/** Starts a sentinel; the settings are further lines of its file. */
	static RedisServer startSentinel(List<String> settings) {
		RedisExecutable executable = RedisExecutable.find();
		return startOnFreePort((port) -> {
			Path directory = Leftovers.directory("sentinel-" + port);
			List<String> lines = new ArrayList<>(List.of("port " + port, "bind " + HOST, "dir " + directory));
			lines.addAll(settings);
			Path file = Files.write(directory.resolve("sentinel.conf"), lines);
			return new RedisServer(executable, port, directory,
					List.of(executable.path().toString(), file.toString(), "--sentinel"));
		});
	}

	/**
	 * Between looking for a free port and listening there, another process may have taken
	 * it.
	 */
	private static RedisServer startOnFreePort(Setup setup) {
		for (int attempt = 1;; attempt++) {
			RedisServer server = setUp(setup);
			try {
				server.startAgain();
				return server;
			}
			catch (RuntimeException ex) {
				boolean taken = TAKEN.matcher(server.log()).find();
				server.close();
				if (!taken || attempt == ATTEMPTS) {
					throw ex;
				}
			}
		}
	}

	private static RedisServer setUp(Setup setup) {
		try {
			return setup.on(FreePorts.next());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot make a server's directory", ex);
		}
	}

	/**
	 * Starts it again after its end, on the same port, empty, and waits until it answers.
	 * @throws IllegalStateException if it is running, or does not answer in time
	 */
	public void startAgain() {
		this.process.start();
		Polling.until(START, () -> this + " answers; its log:\n" + log(), () -> {
			if (!this.process.isRunning()) {
				throw new IllegalStateException(this + " ended while starting; its log:\n" + log());
			}
			return isAnswering();
		});
	}

	/** Another server may answer on a port that this one has lost the race for. */
	private boolean isAnswering() {
		try (RespConnection connection = RespConnection.open(this.port, FIRST_ANSWER)) {
			return "PONG".equals(connection.command("PING")) && String.valueOf(connection.command("INFO", "server"))
				.contains("process_id:" + this.process.pid() + "\r");
		}
		catch (UncheckedIOException | RedisErrorException ex) {
			return false;
		}
	}

	/** Returns its port. */
	public int port() {
		return this.port;
	}

	/**
	 * Returns the id of its process.
	 * @throws IllegalStateException if it is not running
	 */
	public long pid() {
		return this.process.pid();
	}

	/** Returns its version. */
	public RedisVersion version() {
		return this.executable.version();
	}

	/** Returns whether its process lives, paused or not. */
	public boolean isRunning() {
		return this.process.isRunning();
	}

	/** Returns whether its process is paused. */
	public boolean isPaused() {
		return this.process.isPaused();
	}

	/** Ends it at once by SIGKILL. Does nothing if it has ended. */
	public void kill() {
		this.process.kill();
	}

	/**
	 * Ends it in good order, after resuming it if it was paused. Does nothing if it has
	 * ended.
	 */
	public void stop() {
		this.process.stop();
	}

	/**
	 * Halts it by SIGSTOP: its port still takes connections and bytes, but nothing
	 * answers.
	 * @throws IllegalStateException if it is not running
	 */
	public void pause() {
		this.process.pause();
	}

	/**
	 * Resumes it after {@link #pause()}.
	 * @throws IllegalStateException if it is not running
	 */
	public void resume() {
		this.process.resume();
	}

	/**
	 * Sends a command over a connection of its own and returns the answer. It waits for
	 * five seconds at most. Text is ISO 8859-1 both ways, so a string holds any bytes.
	 * @param words the command and its arguments
	 * @return a {@code String}, a {@code Long}, a list of such, or null for nil
	 * @throws RedisErrorException if the answer is an error
	 * @throws UncheckedIOException if there is no answer
	 */
	public @Nullable Object command(String... words) {
		try (RespConnection connection = RespConnection.open(this.port, ANSWER)) {
			return connection.command(words);
		}
	}

	/**
	 * Returns the fields of a section of INFO.
	 * @param section the section, as in {@code "replication"}
	 */
	public Map<String, String> info(String section) {
		Map<String, String> fields = new TreeMap<>();
		String.valueOf(command("INFO", section)).lines().forEach((line) -> {
			int colon = line.indexOf(':');
			if (colon > 0) {
				fields.put(line.substring(0, colon), line.substring(colon + 1));
			}
		});
		return fields;
	}

	/**
	 * Returns how often a command was called since the start or CONFIG RESETSTAT, also
	 * from within scripts.
	 * @param command the command in lower case, as in {@code "evalsha"}
	 */
	public long calls(String command) {
		String statistics = info("commandstats").get("cmdstat_" + command);
		return (statistics != null) ? Long.parseLong(statistics.replaceFirst("calls=(\\d+),.*", "$1")) : 0;
	}

	/**
	 * Waits until replicas have confirmed everything that was written before.
	 * @param count how many replicas
	 * @throws IllegalStateException if fewer have confirmed it in time
	 */
	public void awaitReplicas(int count) {
		try (RespConnection connection = RespConnection.open(this.port, START.multipliedBy(2))) {
			// WAIT concerns what was written before the last command of its connection
			connection.command("PING");
			Object confirmed = connection.command("WAIT", Integer.toString(count), Long.toString(START.toMillis()));
			if (!(confirmed instanceof Long replicas) || replicas < count) {
				throw new IllegalStateException("Only " + confirmed + " of " + count + " replicas of " + this
						+ " have confirmed its writes within " + START.toSeconds() + " s");
			}
		}
	}

	/** Returns its output, the last part of a long one. */
	public String log() {
		return this.process.log();
	}

	/** Kills it and deletes its directory. */
	@Override
	public void close() {
		this.process.kill();
		Leftovers.delete(this.directory);
	}

	@Override
	public String toString() {
		return this.executable + " on port " + this.port;
	}

	/** Sets a server up on a port. */
	@FunctionalInterface
	private interface Setup {

		RedisServer on(int port) throws IOException;

	}

}
