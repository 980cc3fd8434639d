package io.github.ratelimit.store.redis.server;

import org.jspecify.annotations.Nullable;

/**
 * One server for all tests of this JVM that neither end nor pause it, nor change its
 * configuration. It starts on first use and ends with the JVM.
 */
public final class SharedRedis {

	private static @Nullable RedisServer server;

	private SharedRedis() {
	}

	/**
	 * Returns the server.
	 * @throws IllegalStateException if it cannot be started, or if a test has ended or
	 * paused it
	 */
	public static synchronized RedisServer server() {
		if (server == null) {
			server = RedisServer.start();
		}
		if (!server.isRunning() || server.isPaused()) {
			throw new IllegalStateException("A test has ended or paused the server that all tests share. "
					+ "Such a test starts its own with RedisServer.start().");
		}
		return server;
	}

	/** Deletes all keys of the server. Scripts stay. */
	public static void flush() {
		server().command("FLUSHALL");
	}

}
