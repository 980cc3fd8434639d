package io.github.ratelimit.benchmarks.redis.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * A way to a server that delivers each piece of an answer later, by a time between two
 * bounds, in order. Ends with {@link #close()}.
 */
public final class SlowProxy implements AutoCloseable {

	private final ServerSocket listener;

	private volatile RedisServer target;

	private volatile boolean cut;

	private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

	private volatile long leastNanos;

	private volatile long mostNanos;

	private SlowProxy(ServerSocket listener, RedisServer target) {
		this.listener = listener;
		this.target = target;
	}

	public static SlowProxy inFrontOf(RedisServer server) {
		try {
			ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
			SlowProxy proxy = new SlowProxy(listener, server);
			start(proxy::accept);
			return proxy;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void start(Step step) {
		Thread thread = new Thread(() -> {
			try {
				step.run();
			}
			catch (IOException | InterruptedException ex) {
				// A socket was closed, which ends what passes through it
			}
		}, "slow-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	public int port() {
		return this.listener.getLocalPort();
	}

	/** Returns the server that it leads to. */
	public RedisServer server() {
		return this.target;
	}

	/** Leads new connections to another server. */
	public void leadTo(RedisServer server) {
		this.target = server;
	}

	/** Closes all connections, and those that come. */
	public void cut() {
		this.cut = true;
		closeAll();
	}

	/** Takes connections again. */
	public void mend() {
		this.cut = false;
	}

	/** Delivers answers later from now on. */
	public void delay(Duration least, Duration most) {
		this.leastNanos = least.toNanos();
		this.mostNanos = most.toNanos();
	}

	private void accept() throws IOException {
		while (!this.listener.isClosed()) {
			Socket client = this.listener.accept();
			if (this.cut) {
				client.close();
				continue;
			}
			Socket server = new Socket(InetAddress.getLoopbackAddress(), this.target.port());
			client.setTcpNoDelay(true);
			server.setTcpNoDelay(true);
			this.sockets.add(client);
			this.sockets.add(server);
			BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
			start(() -> client.getInputStream().transferTo(server.getOutputStream()));
			start(() -> read(server.getInputStream(), pieces));
			start(() -> deliver(pieces, client.getOutputStream()));
		}
	}

	private void read(InputStream in, BlockingQueue<Piece> pieces) throws IOException, InterruptedException {
		byte[] buffer = new byte[16_384];
		for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
			long delay = (this.mostNanos > this.leastNanos)
					? ThreadLocalRandom.current().nextLong(this.leastNanos, this.mostNanos) : this.leastNanos;
			pieces.put(new Piece(Arrays.copyOf(buffer, length), System.nanoTime() + delay));
		}
	}

	private static void deliver(BlockingQueue<Piece> pieces, OutputStream out)
			throws IOException, InterruptedException {
		while (true) {
			Piece piece = pieces.take();
			for (long left = piece.due() - System.nanoTime(); left > 0; left = piece.due() - System.nanoTime()) {
				LockSupport.parkNanos(left);
			}
			out.write(piece.bytes());
		}
	}

	@Override
	public void close() {
		try {
			this.listener.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		closeAll();
	}

	private void closeAll() {
		try {
			for (Socket socket = this.sockets.poll(); socket != null; socket = this.sockets.poll()) {
				socket.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private interface Step {

		void run() throws IOException, InterruptedException;

	}

	private record Piece(byte[] bytes, long due) {

	}

}
