package io.github.ratelimit.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A provider on a port of this machine with the answers of a test. */
public final class LocalProvider implements AutoCloseable {

	static {
		// otherwise an answer of two packets waits for the client's delayed
		// acknowledgement
		System.setProperty("sun.net.httpserver.nodelay", "true");
	}

	private final HttpServer server;

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final List<String> bodies = new CopyOnWriteArrayList<>();

	private volatile Answer answer;

	public LocalProvider(Answer answer) throws IOException {
		this.answer = answer;
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
		this.server.setExecutor(this.executor);
		this.server.createContext("/", (exchange) -> {
			try (exchange) {
				this.bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
				this.answer.give(exchange);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
		this.server.start();
	}

	public String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	/** Returns the bodies of the requests that have arrived. */
	public List<String> bodies() {
		return this.bodies;
	}

	public void answers(Answer answer) {
		this.answer = answer;
	}

	/** Answers with JSON. */
	public static Answer json(String body) {
		return status(200, body);
	}

	/** Answers with a status and headers. */
	public static Answer status(int status, String body, String... headers) {
		return (exchange) -> {
			byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().set("Content-Type", "application/json");
			for (int i = 0; i < headers.length; i += 2) {
				exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
			}
			exchange.sendResponseHeaders(status, (bytes.length > 0) ? bytes.length : -1);
			exchange.getResponseBody().write(bytes);
		};
	}

	/** Answers with each of these in order, and with the last from then on. */
	public static Answer inTurn(Answer... answers) {
		List<Answer> left = new CopyOnWriteArrayList<>(answers);
		return (exchange) -> ((left.size() > 1) ? left.remove(0) : left.get(0)).give(exchange);
	}

	/** Answers with a stream of events, of which a test gives one after the other. */
	public static Answer stream(Pieces pieces) {
		return (exchange) -> {
			exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
			exchange.sendResponseHeaders(200, 0);
			OutputStream body = exchange.getResponseBody();
			for (String piece = pieces.next(); piece != null; piece = pieces.next()) {
				body.write(("data: " + piece + "\n\n").getBytes(StandardCharsets.UTF_8));
				body.flush();
			}
		};
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.executor.shutdownNow();
	}

	/** What the provider answers. */
	@FunctionalInterface
	public interface Answer {

		void give(HttpExchange exchange) throws IOException, InterruptedException;

	}

	/** The pieces of a stream. */
	@FunctionalInterface
	public interface Pieces {

		/** Returns the next piece, null at the end. */
		String next() throws InterruptedException;

	}

}
