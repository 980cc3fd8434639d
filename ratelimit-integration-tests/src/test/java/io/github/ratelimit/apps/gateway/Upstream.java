package io.github.ratelimit.apps.gateway;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A server behind the gateway that keeps what it receives and whose reply a test chooses.
 */
final class Upstream implements AutoCloseable {

	static final String COMPLETION = "{\"id\":\"1\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10}}";

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final HttpServer server;

	private final LinkedBlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

	/** Is at zero when a reply could not be sent in full. */
	final CountDownLatch disconnected = new CountDownLatch(1);

	private volatile Reply reply = (exchange) -> json(exchange, 200, COMPLETION);

	Upstream() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", this::handle);
		this.server.setExecutor(this.threads);
		this.server.start();
	}

	private void handle(HttpExchange exchange) {
		try (exchange) {
			this.arrivals.add(new Arrival(exchange.getRequestURI(), exchange.getRequestHeaders(),
					exchange.getRequestBody().readAllBytes()));
			this.reply.send(exchange);
		}
		catch (IOException ex) {
			this.disconnected.countDown();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	void reply(Reply reply) {
		this.reply = reply;
	}

	URI uri() {
		return URI.create("http://127.0.0.1:" + this.server.getAddress().getPort());
	}

	List<Arrival> arrivals() {
		return List.copyOf(this.arrivals);
	}

	/** Waits for a request and forgets it. */
	Arrival next() throws InterruptedException {
		return this.arrivals.take();
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

	static void json(HttpExchange exchange, int status, String text) throws IOException {
		exchange.getResponseHeaders().set("Content-Type", "application/json");
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		exchange.sendResponseHeaders(status, bytes.length);
		exchange.getResponseBody().write(bytes);
	}

	static void startStream(HttpExchange exchange) throws IOException {
		exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
		exchange.sendResponseHeaders(200, 0);
	}

	static void event(HttpExchange exchange, String data) throws IOException {
		exchange.getResponseBody().write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
		exchange.getResponseBody().flush();
	}

	record Arrival(URI uri, Headers headers, byte[] body) {
	}

	@FunctionalInterface
	interface Reply {

		void send(HttpExchange exchange) throws IOException, InterruptedException;

	}

}
