package io.github.ratelimit.benchmarks.redis.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers, below those that the system lends to clients: a client that tries to
 * reach a server that is away could be lent the server's own port.
 */
final class FreePorts {

	private static final int LOWEST = 11_000;

	private static final int COUNT = 10_000;

	/** The nodes of a cluster talk to each other on a port so much higher. */
	private static final int BUS = 10_000;

	private static final int ATTEMPTS = 1_000;

	private FreePorts() {
	}

	static int next() {
		for (int i = 0; i < ATTEMPTS; i++) {
			int port = LOWEST + ThreadLocalRandom.current().nextInt(COUNT);
			if (isFree(port) && isFree(port + BUS)) {
				return port;
			}
		}
		throw new IllegalStateException("No port between " + LOWEST + " and " + (LOWEST + COUNT) + " is free");
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

}
