package io.github.ratelimit.benchmarks.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A redis-server of its own on a free port of loopback, without persistence, which ends
 * with {@link #close()} or with this process.
 */
final class RedisServer implements AutoCloseable {

	private static final Duration START = Duration.ofSeconds(10);

	private final int port;

	private final Path directory;

	private final Process process;

	private final Thread onExit;

	private final RedisClient client;

	private final StatefulRedisConnection<String, String> connection;

	private RedisServer(Path program) throws IOException {
		this.port = freePort();
		this.directory = Files.createTempDirectory("redis-benchmark");
		this.process = new ProcessBuilder(program.toString(), "--port", Integer.toString(this.port), "--bind",
				"127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir",
				this.directory.toString())
			.redirectErrorStream(true)
			.redirectOutput(log().toFile())
			.start();
		this.onExit = new Thread(this.process::destroy);
		Runtime.getRuntime().addShutdownHook(this.onExit);
		this.client = LettuceClients.create(this.port);
		this.connection = connect();
	}

	/**
	 * Starts a server and waits until it answers.
	 * @throws IllegalStateException if there is none on the PATH, or it does not answer
	 */
	static RedisServer start() {
		try {
			return new RedisServer(program());
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

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private StatefulRedisConnection<String, String> connect() throws IOException {
		long deadline = System.nanoTime() + START.toNanos();
		while (!listens()) {
			if (!this.process.isAlive() || System.nanoTime() > deadline) {
				String log = Files.readString(log());
				close();
				throw new IllegalStateException("redis-server does not listen on port " + this.port + ": " + log);
			}
			pause();
		}
		return this.client.connect();
	}

	private boolean listens() {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static void pause() {
		try {
			TimeUnit.MILLISECONDS.sleep(20);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while redis-server starts", ex);
		}
	}

	private Path log() {
		return this.directory.resolve("redis.log");
	}

	int port() {
		return this.port;
	}

	/** Returns the server's version, for instance {@code 7.0.15}. */
	String version() {
		return ServerStats.field(this.connection.sync().info("server"), "redis_version");
	}

	/** Returns what the server has done since it was started. */
	ServerStats stats() {
		return ServerStats.parse(this.connection.sync().info("commandstats"), this.connection.sync().info("cpu"));
	}

	@Override
	public void close() {
		if (this.connection != null) {
			this.connection.close();
		}
		LettuceClients.shutdown(this.client);
		this.process.destroy();
		try {
			if (!this.process.waitFor(5, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
			Files.deleteIfExists(log());
			Files.deleteIfExists(this.directory);
			Runtime.getRuntime().removeShutdownHook(this.onExit);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
