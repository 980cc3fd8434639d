package io.github.ratelimit.benchmarks.redis.server;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A redis-server of its own on a free port of loopback, without persistence, which ends
 * with {@link #close()} or with this process.
 */
public final class RedisServer implements RedisServers {

	private static final Duration START = Duration.ofSeconds(10);

	private final int port = FreePorts.next();

	private final Path directory;

	private final List<String> command;

	private final Thread onExit = new Thread(this::end);

	private final RedisClient client;

	private volatile Process process;

	private RedisServer(Path program, String... arguments) throws IOException {
		this.directory = Files.createTempDirectory("redis-benchmark");
		this.command = new ArrayList<>(
				List.of(program.toString(), "--port", Integer.toString(this.port), "--bind", "127.0.0.1", "--save", "",
						"--appendonly", "no", "--daemonize", "no", "--dir", this.directory.toString()));
		this.command.addAll(List.of(arguments));
		this.client = LettuceClients.create(this.port);
		Runtime.getRuntime().addShutdownHook(this.onExit);
	}

	/**
	 * Starts a server and waits until it listens.
	 * @param arguments further arguments of redis-server
	 * @throws IllegalStateException if there is none on the PATH, or it does not listen
	 */
	public static RedisServer start(String... arguments) {
		try {
			RedisServer server = new RedisServer(program(), arguments);
			try {
				server.startAgain();
				return server;
			}
			catch (RuntimeException ex) {
				server.close();
				throw ex;
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Path program() {
		for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
			Path program = Path.of(directory, "redis-server");
			if (Files.isExecutable(program)) {
				return program;
			}
		}
		throw new IllegalStateException("There is no redis-server on the PATH: install Redis 6.2 or later"
				+ " (apt-get install redis-server), or add the directory that holds it to PATH");
	}

	/** Starts a server that was killed, empty, and waits until it listens. */
	public void startAgain() {
		try {
			this.process = new ProcessBuilder(this.command).redirectErrorStream(true)
				.redirectOutput(log().toFile())
				.start();
			Polling.until(START, () -> "redis-server listens on port " + this.port + "; it says: " + said(),
					() -> listens() || !this.process.isAlive());
			if (!this.process.isAlive()) {
				throw new IllegalStateException("redis-server has ended; it says: " + said());
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private boolean listens() {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private Path log() {
		return this.directory.resolve("redis.log");
	}

	private String said() {
		try {
			return Files.readString(log());
		}
		catch (IOException ex) {
			return "nothing that can be read (" + ex.getMessage() + ")";
		}
	}

	/** Stops the process where it is: it keeps its connections, and answers nothing. */
	public void pause() {
		signal("STOP");
	}

	/** Lets a paused process go on. */
	public void resume() {
		signal("CONT");
	}

	/** A shell has a kill of its own, where a small machine has no other. */
	private void signal(String name) {
		try {
			Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + this.process.pid()).inheritIO()
				.start();
			if (kill.waitFor() != 0) {
				throw new IllegalStateException("redis-server cannot be sent SIG" + name);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while redis-server is sent SIG" + name, ex);
		}
	}

	/** Ends the process at once, with all that it holds. */
	public void kill() {
		end();
	}

	/** SIGKILL ends a paused process, too. */
	private void end() {
		Process current = this.process;
		if (current != null) {
			current.destroyForcibly().onExit().join();
		}
	}

	@Override
	public int port() {
		return this.port;
	}

	@Override
	public boolean isCluster() {
		return false;
	}

	/** Runs commands on a connection of their own. */
	public <T> T run(Function<RedisCommands<String, String>, T> commands) {
		try (StatefulRedisConnection<String, String> connection = this.client.connect()) {
			return commands.apply(connection.sync());
		}
	}

	/** Runs one command, words with spaces between them. */
	public void command(String words) {
		String[] parts = words.split(" ");
		run((commands) -> commands.dispatch(CommandType.valueOf(parts[0]), new StatusOutput<>(StringCodec.UTF8),
				new CommandArgs<>(StringCodec.UTF8).addValues(Arrays.asList(parts).subList(1, parts.length))));
	}

	/** Waits until a replica has everything that was written. */
	public void awaitReplica() {
		Polling.until(START, () -> "there is a replica",
				() -> run((commands) -> commands.waitForReplication(1, 1_000)) > 0);
	}

	/** Returns the server's version, for instance {@code 7.0.15}. */
	public String version() {
		return run((commands) -> ServerStats.field(commands.info("server"), "redis_version"));
	}

	@Override
	public ServerStats stats() {
		return run((commands) -> ServerStats.parse(commands.info("commandstats"), commands.info("cpu")));
	}

	@Override
	public void close() {
		end();
		LettuceClients.shutdown(this.client);
		try (Stream<Path> files = Files.walk(this.directory)) {
			for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
				Files.deleteIfExists(file);
			}
			Runtime.getRuntime().removeShutdownHook(this.onExit);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
