package io.github.ratelimit.store.redis.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One connection of a client through the proxy. Requests are passed on by one thread.
 * Replies are read by a second and delivered by a third, so that a delay does not hold up
 * later ones.
 */
final class ProxiedConnection {

	static final long UNLIMITED = Long.MAX_VALUE;

	private static final int CONNECT_MILLIS = 2000;

	private final Socket client;

	private final Socket server;

	private final ProxyTraffic traffic;

	private final Consumer<ProxiedConnection> onClose;

	private final BlockingQueue<Piece> replies = new ArrayBlockingQueue<>(1024);

	private final AtomicBoolean closed = new AtomicBoolean();

	private final List<Thread> threads = List.of(thread("requests", this::passRequests),
			thread("replies", this::readReplies), thread("deliveries", this::deliverReplies));

	private long passable = UNLIMITED;

	private boolean lost;

	private ProxiedConnection(Socket client, Socket server, ProxyTraffic traffic, Consumer<ProxiedConnection> onClose) {
		this.client = client;
		this.server = server;
		this.traffic = traffic;
		this.onClose = onClose;
	}

	/**
	 * Connects a client to the server on a port; nothing flows before {@link #start()}.
	 */
	static ProxiedConnection open(Socket client, int port, ProxyTraffic traffic, Consumer<ProxiedConnection> onClose)
			throws IOException {
		Socket server = new Socket();
		try {
			client.setTcpNoDelay(true);
			server.setTcpNoDelay(true);
			server.connect(Loopback.at(port), CONNECT_MILLIS);
			return new ProxiedConnection(client, server, traffic, onClose);
		}
		catch (IOException ex) {
			server.close();
			throw ex;
		}
	}

	static Thread thread(String task, Runnable run) {
		Thread thread = new Thread(run, "faulty-proxy-" + task);
		thread.setDaemon(true);
		return thread;
	}

	void start() {
		this.threads.forEach(Thread::start);
	}

	/** Lets this many more bytes of replies pass. */
	synchronized void passReplies(long bytes) {
		this.passable = bytes;
		notifyAll();
	}

	/** Returns whether the client has sent bytes that were dropped. */
	synchronized boolean hasLostBytes() {
		return this.lost;
	}

	void close() {
		if (this.closed.compareAndSet(false, true)) {
			closeQuietly(this.client);
			closeQuietly(this.server);
			this.threads.forEach(Thread::interrupt);
			this.onClose.accept(this);
		}
	}

	static void closeQuietly(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// It is of no more use either way
		}
	}

	private void passRequests() {
		byte[] buffer = new byte[16_384];
		try {
			InputStream in = this.client.getInputStream();
			for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
				if (isDropped()) {
					this.traffic.droppedBytes.addAndGet(length);
				}
				else {
					this.traffic.requestBytes.addAndGet(length);
					this.server.getOutputStream().write(buffer, 0, length);
				}
			}
		}
		catch (IOException ex) {
			// It ends below
		}
		close();
	}

	/** Once something is lost, the rest is, too. */
	private synchronized boolean isDropped() {
		this.lost |= this.traffic.dropping;
		return this.lost;
	}

	private void readReplies() {
		try {
			readUntilTheEnd();
			this.replies.put(new Piece(new byte[0], due()));
		}
		catch (InterruptedException ex) {
			// It has been closed
		}
	}

	private void readUntilTheEnd() throws InterruptedException {
		byte[] buffer = new byte[16_384];
		try {
			InputStream in = this.server.getInputStream();
			for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
				this.replies.put(new Piece(Arrays.copyOf(buffer, length), due()));
			}
		}
		catch (IOException ex) {
			// A server that was killed: the client notices it after the replies that were
			// sent before
		}
	}

	private long due() {
		return System.nanoTime() + this.traffic.replyDelayNanos;
	}

	private void deliverReplies() {
		try {
			Piece piece = this.replies.take();
			while (piece.bytes.length > 0) {
				deliver(piece);
				piece = this.replies.take();
			}
			awaitDue(piece);
			awaitPassable(0);
		}
		catch (IOException | InterruptedException ex) {
			// It ends below
		}
		close();
	}

	private void deliver(Piece piece) throws IOException, InterruptedException {
		awaitDue(piece);
		int delivered = 0;
		while (delivered < piece.bytes.length) {
			int length = awaitPassable(piece.bytes.length - delivered);
			this.traffic.replyBytes.addAndGet(length);
			this.client.getOutputStream().write(piece.bytes, delivered, length);
			delivered += length;
		}
	}

	private void awaitDue(Piece piece) throws InterruptedException {
		for (long left = piece.due - System.nanoTime(); left > 0; left = piece.due - System.nanoTime()) {
			LockSupport.parkNanos(left);
			if (Thread.interrupted()) {
				throw new InterruptedException();
			}
		}
	}

	private synchronized int awaitPassable(int wanted) throws InterruptedException {
		while (this.passable == 0) {
			wait();
		}
		int length = (int) Math.min(wanted, this.passable);
		if (this.passable != UNLIMITED) {
			this.passable -= length;
		}
		return length;
	}

	/**
	 * A piece of a reply and when to deliver it; one without bytes if the server has
	 * ended the connection.
	 */
	private static final class Piece {

		private final byte[] bytes;

		private final long due;

		private Piece(byte[] bytes, long due) {
			this.bytes = bytes;
			this.due = due;
		}

	}

}
