package io.github.ratelimit.apps.clients;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/** A server with the APIs of OpenAI and Anthropic whose replies a test chooses. */
final class StubProvider implements AutoCloseable {

	static {
		System.setProperty("sun.net.httpserver.nodelay", "true");
	}

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final HttpServer server;

	private final List<Arrival> arrivals = new CopyOnWriteArrayList<>();

	private volatile List<Reply> replies = List.of(text("Hello"));

	StubProvider() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		this.server.createContext("/", this::handle);
		this.server.setExecutor(this.threads);
		this.server.start();
	}

	/**
	 * The first request gets the first reply and so on, the last reply is for the rest.
	 */
	StubProvider replies(Reply... replies) {
		this.replies = List.of(replies);
		return this;
	}

	URI uri() {
		return URI.create("http://127.0.0.1:" + this.server.getAddress().getPort());
	}

	List<Arrival> arrivals() {
		return this.arrivals;
	}

	private void handle(HttpExchange exchange) throws IOException {
		try (exchange) {
			String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
			int number;
			synchronized (this.arrivals) {
				number = this.arrivals.size();
				this.arrivals.add(new Arrival(System.nanoTime(),
						exchange.getRequestHeaders().getFirst("X-Stainless-Retry-Count")));
			}
			List<Reply> replies = this.replies;
			replies.get(Math.min(number, replies.size() - 1)).send(exchange, ModelShape.of(exchange, body));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

	static Reply text(String... pieces) {
		return text(new Semaphore(Integer.MAX_VALUE), pieces);
	}

	/** Takes a permit before each piece, and one before the end. */
	static Reply text(Semaphore permits, String... pieces) {
		return (exchange, shape) -> {
			if (!shape.streamed()) {
				permits.acquire();
				send(exchange, 200, shape.plain(String.join("", pieces)));
				return;
			}
			exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
			exchange.sendResponseHeaders(200, 0);
			OutputStream body = exchange.getResponseBody();
			write(body, shape.begin());
			for (String piece : pieces) {
				permits.acquire();
				write(body, shape.piece(piece));
			}
			permits.acquire();
			write(body, shape.end());
		};
	}

	/** Sends a piece again and again until the client has disconnected. */
	static Reply endless(String piece, Duration pause) {
		return (exchange, shape) -> {
			exchange.sendResponseHeaders(200, 0);
			write(exchange.getResponseBody(), shape.begin());
			while (true) {
				write(exchange.getResponseBody(), shape.piece(piece));
				Thread.sleep(pause.toMillis());
			}
		};
	}

	static Reply status(int status, Map<String, String> headers) {
		return (exchange, shape) -> {
			headers.forEach(exchange.getResponseHeaders()::set);
			send(exchange, status, shape.error("status " + status));
		};
	}

	/** Closes the connection instead of a response. */
	static Reply hangUp() {
		return (exchange, shape) -> exchange.close();
	}

	/** Closes the connection in the middle of a response. */
	static Reply breakOff() {
		return (exchange, shape) -> {
			exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
			exchange.sendResponseHeaders(200, 100_000);
			write(exchange.getResponseBody(), shape.begin() + shape.piece("Hel"));
			exchange.close();
		};
	}

	private static void send(HttpExchange exchange, int status, String body) throws IOException {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("Content-Type", "application/json");
		exchange.sendResponseHeaders(status, bytes.length);
		exchange.getResponseBody().write(bytes);
	}

	private static void write(OutputStream body, String text) throws IOException {
		body.write(text.getBytes(StandardCharsets.UTF_8));
		body.flush();
	}

	record Arrival(long nanos, String retry) {
	}

	interface Reply {

		void send(HttpExchange exchange, ModelShape shape) throws IOException, InterruptedException;

	}

}
