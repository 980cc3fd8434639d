package io.github.ratelimit.store.redis.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Ports for servers. They are below those that the system gives to clients: otherwise a
 * client that connects again and again to a server that is down will one day be given the
 * server's port, and be connected to itself. A port belongs to the JVM that it was given
 * to until that JVM ends: otherwise another JVM could start a server where a client still
 * looks for one that was stopped.
 */
public final class FreePorts {

	private static final int LOWEST = 12_000;

	/** Cluster nodes also listen on their port plus this. */
	private static final int CLUSTER_BUS = 10_000;

	private static final Random random = new Random();

	private static final Set<Integer> given = new HashSet<>();

	/** The byte at the position of a port is locked by the JVM that has the port. */
	private static final FileChannel owners = open();

	private FreePorts() {
	}

	private static FileChannel open() {
		Path file = Path.of(System.getProperty("java.io.tmpdir"),
				"ratelimit-test-ports-" + System.getProperty("user.name"));
		try {
			return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Returns a port that is free, as is its cluster bus, and that was not given before,
	 * to this JVM or to another one that is running.
	 * @return the port
	 */
	public static synchronized int next() {
		for (int i = 0; i < 1000; i++) {
			int port = LOWEST + random.nextInt(CLUSTER_BUS);
			if (!given.contains(port) && isFree(port) && isFree(port + CLUSTER_BUS) && own(port)) {
				given.add(port);
				return port;
			}
		}
		throw new IllegalStateException("No free port found from " + LOWEST + " to " + (LOWEST + CLUSTER_BUS - 1));
	}

	private static boolean own(int port) {
		try {
			return owners.tryLock(port, 1, false) != null;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket()) {
			socket.bind(Loopback.at(port));
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
