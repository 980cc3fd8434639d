package io.github.ratelimit.store.redis.server;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.function.Consumer;

/** Takes connections on a port, one after the other, until it is closed. */
final class ProxyListener {

	private static final Duration BOUND = Duration.ofSeconds(10);

	private final ServerSocket socket;

	private final Thread thread;

	private ProxyListener(ServerSocket socket, Consumer<Socket> take) {
		this.socket = socket;
		this.thread = ProxiedConnection.thread("accept", () -> acceptAll(take));
	}

	static ProxyListener open(int port, Consumer<Socket> take) throws IOException {
		ServerSocket socket = new ServerSocket();
		socket.setReuseAddress(true);
		socket.bind(Loopback.at(port), 1000);
		ProxyListener listener = new ProxyListener(socket, take);
		listener.thread.start();
		return listener;
	}

	private void acceptAll(Consumer<Socket> take) {
		while (!this.socket.isClosed()) {
			try {
				take.accept(this.socket.accept());
			}
			catch (IOException ex) {
				// It was closed, or a client has disconnected before it was accepted
			}
		}
	}

	/**
	 * The system continues to listen until the accepting thread has noticed, so this
	 * waits for it.
	 */
	void close() throws IOException {
		this.socket.close();
		Polling.until(BOUND, () -> this.socket + " listens no more", () -> !this.thread.isAlive());
	}

}
