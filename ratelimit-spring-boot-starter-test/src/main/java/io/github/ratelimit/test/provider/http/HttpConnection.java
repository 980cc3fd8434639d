package io.github.ratelimit.test.provider.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** One connection, which answers one request after the other. */
final class HttpConnection implements HttpExchange {

	private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

	private static final Runnable NOTHING = () -> {
	};

	private final HttpServer server;

	private final SocketChannel channel;

	private final SelectionKey key;

	private final RequestReader reader = new RequestReader();

	private final Deque<ByteBuffer> unsent = new ArrayDeque<>();

	private Runnable onDisconnect = NOTHING;

	private boolean answering;

	private boolean begun;

	private boolean dropping;

	private boolean lastRequest;

	/** Counts requests, so that no action of an earlier one disturbs the next. */
	private long number;

	HttpConnection(HttpServer server, SocketChannel channel, SelectionKey key) {
		this.server = server;
		this.channel = channel;
		this.key = key;
	}

	/** Called when the channel can be read or written. */
	void process() {
		try {
			if (this.key.isReadable()) {
				read();
			}
			if (this.key.isValid() && this.key.isWritable()) {
				send();
			}
		}
		catch (IOException ex) {
			close();
		}
	}

	private void read() throws IOException {
		ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
		int count = this.channel.read(buffer);
		if (count < 0) {
			close();
			return;
		}
		try {
			this.reader.add(buffer.array(), count);
		}
		catch (IllegalArgumentException ex) {
			close();
			return;
		}
		takeNext();
	}

	/** Takes the next request, if there is one. */
	private void takeNext() {
		if (this.answering || !this.channel.isOpen()) {
			return;
		}
		HttpRequest request;
		try {
			request = this.reader.next();
		}
		catch (IllegalArgumentException ex) {
			close();
			return;
		}
		if (request == null) {
			if (this.reader.isContinueExpected()) {
				write(CONTINUE);
			}
			return;
		}
		this.answering = true;
		this.number++;
		this.lastRequest = "close".equalsIgnoreCase(request.header("connection"));
		this.begun = false;
		guarded(() -> this.server.handle(request, this));
	}

	/** A mistake in a test must not end the thread of the server. */
	private void guarded(Runnable action) {
		try {
			action.run();
		}
		catch (RuntimeException ex) {
			if (!this.begun) {
				write(("HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/plain\r\n\r\n" + ex)
					.getBytes(StandardCharsets.UTF_8));
			}
			this.onDisconnect.run();
			drop();
		}
	}

	@Override
	public void write(byte[] bytes) {
		this.begun = true;
		if (this.channel.isOpen()) {
			this.unsent.add(ByteBuffer.wrap(bytes));
			try {
				send();
			}
			catch (IOException ex) {
				close();
			}
		}
	}

	private void send() throws IOException {
		for (ByteBuffer buffer = this.unsent.peek(); buffer != null; buffer = this.unsent.peek()) {
			this.channel.write(buffer);
			if (buffer.hasRemaining()) {
				this.key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
				return;
			}
			this.unsent.poll();
		}
		this.key.interestOps(SelectionKey.OP_READ);
		if (this.dropping) {
			close();
		}
	}

	@Override
	public void end() {
		finish();
		if (this.lastRequest) {
			drop();
		}
		else {
			// Later, so that requests sent at once do not pile up on the stack
			this.server.after(Duration.ZERO, this::takeNext);
		}
	}

	@Override
	public void drop() {
		finish();
		this.answering = true;
		this.dropping = true;
		if (this.unsent.isEmpty()) {
			close();
		}
	}

	private void finish() {
		this.answering = false;
		this.number++;
		this.onDisconnect = NOTHING;
	}

	@Override
	public void onDisconnect(Runnable action) {
		this.onDisconnect = action;
	}

	@Override
	public void after(Duration delay, Runnable action) {
		long request = this.number;
		this.server.after(delay, () -> {
			if (request == this.number && this.channel.isOpen()) {
				guarded(action);
			}
		});
	}

	private void close() {
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			// It is no longer used
		}
		this.unsent.clear();
		Runnable action = this.onDisconnect;
		finish();
		action.run();
	}

}
