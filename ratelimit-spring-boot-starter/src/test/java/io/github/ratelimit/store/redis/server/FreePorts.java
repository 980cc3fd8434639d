package io.github.ratelimit.store.redis.server;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Ports for servers. They are below those that the system gives to clients: otherwise a
 * client that connects again and again to a server that is down will one day be given the
 * server's port, and be connected to itself.
 */
public final class FreePorts {

	private static final int LOWEST = 12_000;

	/**
	 * The JVM among those that run tests side by side, from 1: each has its own ports.
	 */
	private static final int FORK = Integer.getInteger("test.fork", 1);

	private static final int FORKS = 4;

	/** Cluster nodes also listen on their port plus this. */
	private static final int CLUSTER_BUS = 10_000;

	private static final Random random = new Random();

	private static final Set<Integer> given = new HashSet<>();

	private FreePorts() {
	}

	/**
	 * Returns a port that is free, as is its cluster bus, and that was not given before.
	 * @return the port
	 */
	public static synchronized int next() {
		for (int i = 0; i < 1000; i++) {
			int port = LOWEST + random.nextInt(CLUSTER_BUS / FORKS) * FORKS + FORK % FORKS;
			if (!given.contains(port) && isFree(port) && isFree(port + CLUSTER_BUS)) {
				given.add(port);
				return port;
			}
		}
		throw new IllegalStateException("No free port found from " + LOWEST + " to " + (LOWEST + CLUSTER_BUS - 1));
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
