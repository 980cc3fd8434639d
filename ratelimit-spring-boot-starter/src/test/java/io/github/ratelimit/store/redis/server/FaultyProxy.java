package io.github.ratelimit.store.redis.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A proxy of a server over a network that fails on request. Faults add up and apply to
 * open and new connections, until {@link #normal()}. If the server is not running, a
 * connection ends as soon as it was accepted. Safe for use by several threads.
 */
public final class FaultyProxy implements AutoCloseable {

	private final int target;

	private final int port = FreePorts.next();

	private final Set<ProxiedConnection> open = new HashSet<>();

	private final ProxyTraffic traffic = new ProxyTraffic();

	private final AtomicLong connections = new AtomicLong();

	private long bytesBeforeHanging = ProxiedConnection.UNLIMITED;

	private boolean closed;

	private @Nullable ProxyListener listener;

	private FaultyProxy(int target) {
		this.target = target;
	}

	/**
	 * Listens on a free port and passes everything on.
	 * @param server the server behind the proxy
	 */
	public static FaultyProxy inFrontOf(RedisServer server) {
		FaultyProxy proxy = new FaultyProxy(server.port());
		proxy.listen();
		return proxy;
	}

	/** Returns its port on {@link RedisServer#HOST}. */
	public int port() {
		return this.port;
	}

	/** Closes all open connections. New ones are welcome. */
	public void cutConnections() {
		List<ProxiedConnection> cut;
		synchronized (this) {
			cut = List.copyOf(this.open);
		}
		cut.forEach(ProxiedConnection::close);
	}

	/** Refuses new connections. Those that are open stay. */
	public void refuseConnections() {
		ProxyListener refusing;
		synchronized (this) {
			refusing = this.listener;
			this.listener = null;
		}
		if (refusing != null) {
			try {
				refusing.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException("Cannot stop listening on port " + this.port, ex);
			}
		}
	}

	/**
	 * Hangs in the middle of a reply: each connection gets this many more bytes from the
	 * server and then nothing, and stays open. Requests still reach the server.
	 * {@link #normal()} delivers what was held back, also the end of the connection.
	 * @param afterBytes the bytes that still pass, 0 for none
	 */
	public synchronized void hangInReply(long afterBytes) {
		if (afterBytes < 0) {
			throw new IllegalArgumentException("The bytes that still pass must be 0 or more, not " + afterBytes);
		}
		this.bytesBeforeHanging = afterBytes;
		this.open.forEach((connection) -> connection.passReplies(afterBytes));
	}

	/**
	 * Delivers each piece of a reply this much later than the server has sent it. The
	 * pieces do not wait for each other.
	 * @param delay how much later, zero for at once
	 */
	public void delayReplies(Duration delay) {
		this.traffic.replyDelayNanos = delay.toNanos();
	}

	/**
	 * Drops silently what clients send. {@link #normal()} closes the connections that
	 * lost something: a stream never continues after a gap.
	 */
	public void dropRequests() {
		this.traffic.dropping = true;
	}

	/** Ends all faults. */
	public void normal() {
		this.traffic.replyDelayNanos = 0;
		this.traffic.dropping = false;
		List<ProxiedConnection> holed;
		synchronized (this) {
			this.bytesBeforeHanging = ProxiedConnection.UNLIMITED;
			this.open.forEach((connection) -> connection.passReplies(ProxiedConnection.UNLIMITED));
			holed = this.open.stream().filter(ProxiedConnection::hasLostBytes).toList();
		}
		holed.forEach(ProxiedConnection::close);
		listen();
	}

	/** Returns how many connections it has taken so far. */
	public long connections() {
		return this.connections.get();
	}

	/** Returns how many connections are open. */
	public synchronized int openConnections() {
		return this.open.size();
	}

	/** Returns how many bytes of requests it has passed on so far. */
	public long requestBytes() {
		return this.traffic.requestBytes.get();
	}

	/** Returns how many bytes of replies it has passed on so far. */
	public long replyBytes() {
		return this.traffic.replyBytes.get();
	}

	/** Returns how many bytes of requests it has dropped so far. */
	public long droppedBytes() {
		return this.traffic.droppedBytes.get();
	}

	/** Stops listening and closes all connections. */
	@Override
	public void close() {
		synchronized (this) {
			this.closed = true;
		}
		refuseConnections();
		cutConnections();
	}

	private synchronized void listen() {
		if (!this.closed && this.listener == null) {
			try {
				this.listener = ProxyListener.open(this.port, this::take);
			}
			catch (IOException ex) {
				throw new UncheckedIOException("Cannot listen on port " + this.port, ex);
			}
		}
	}

	private void take(Socket client) {
		this.connections.incrementAndGet();
		try {
			ProxiedConnection connection = ProxiedConnection.open(client, this.target, this.traffic, this::forget);
			remember(connection);
			connection.start();
		}
		catch (IOException ex) {
			ProxiedConnection.closeQuietly(client);
		}
	}

	private synchronized void remember(ProxiedConnection connection) {
		this.open.add(connection);
		connection.passReplies(this.bytesBeforeHanging);
	}

	private synchronized void forget(ProxiedConnection connection) {
		this.open.remove(connection);
	}

}
