package io.github.ratelimit.test.provider.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BiConsumer;

/**
 * An HTTP server on a free port of the loopback interface. One thread does everything, so
 * the handler must not block; it runs until the server is closed.
 */
public final class HttpServer implements AutoCloseable {

	private final Selector selector;

	private final ServerSocketChannel listener;

	private final BiConsumer<HttpRequest, HttpExchange> handler;

	private final PriorityQueue<Timer> timers = new PriorityQueue<>(
			Comparator.comparingLong(Timer::due).thenComparingLong(Timer::number));

	private final Thread thread;

	private final int port;

	private long timerNumber;

	private volatile boolean closed;

	/**
	 * Starts a server.
	 * @param name the name of its thread
	 * @param handler answers requests
	 */
	public HttpServer(String name, BiConsumer<HttpRequest, HttpExchange> handler) {
		this.handler = handler;
		try {
			this.selector = Selector.open();
			this.listener = ServerSocketChannel.open();
			this.listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
			this.listener.configureBlocking(false);
			this.listener.register(this.selector, SelectionKey.OP_ACCEPT);
			this.port = ((InetSocketAddress) this.listener.getLocalAddress()).getPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("No port of the loopback interface", ex);
		}
		this.thread = new Thread(this::run, name + "-" + this.port);
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/**
	 * Returns the port of the server.
	 * @return the port
	 */
	public int port() {
		return this.port;
	}

	void handle(HttpRequest request, HttpExchange exchange) {
		this.handler.accept(request, exchange);
	}

	void after(Duration delay, Runnable action) {
		this.timers.add(new Timer(System.nanoTime() + delay.toNanos(), this.timerNumber++, action));
	}

	private void run() {
		try {
			while (!this.closed) {
				select();
				for (SelectionKey key : List.copyOf(this.selector.selectedKeys())) {
					process(key);
				}
				this.selector.selectedKeys().clear();
				runTimers();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		finally {
			closeChannels();
		}
	}

	private void select() throws IOException {
		Timer next = this.timers.peek();
		if (next == null) {
			this.selector.select();
			return;
		}
		long millis = (next.due() - System.nanoTime() + 999_999) / 1_000_000;
		if (millis > 0) {
			this.selector.select(millis);
		}
		else {
			this.selector.selectNow();
		}
	}

	private void process(SelectionKey key) throws IOException {
		if (!key.isValid()) {
			return;
		}
		if (key.isAcceptable()) {
			accept();
		}
		else {
			((HttpConnection) key.attachment()).process();
		}
	}

	private void accept() throws IOException {
		SocketChannel channel = this.listener.accept();
		if (channel != null) {
			channel.configureBlocking(false);
			channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
			SelectionKey key = channel.register(this.selector, SelectionKey.OP_READ);
			key.attach(new HttpConnection(this, channel, key));
		}
	}

	private void runTimers() {
		long now = System.nanoTime();
		Timer next = this.timers.peek();
		while (next != null && next.due() - now <= 0) {
			this.timers.poll();
			next.action().run();
			next = this.timers.peek();
		}
	}

	private void closeChannels() {
		try {
			for (SelectionKey key : this.selector.keys()) {
				key.channel().close();
			}
			this.selector.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Closes the port and all connections, and ends the thread. */
	@Override
	public void close() {
		this.closed = true;
		this.selector.wakeup();
		boolean interrupted = false;
		while (Thread.currentThread() != this.thread && this.thread.isAlive()) {
			try {
				this.thread.join();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private record Timer(long due, long number, Runnable action) {
	}

}
