package io.github.ratelimit.test.provider;

import io.github.ratelimit.test.provider.http.HttpExchange;
import io.github.ratelimit.test.provider.http.HttpRequest;
import io.github.ratelimit.test.provider.http.HttpServer;
import io.github.ratelimit.test.provider.limits.ProviderLimits;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A provider to test against: an HTTP server on a free port of the loopback interface. It
 * has OpenAI's chat completions and responses, Anthropic's messages and Gemini's
 * {@code generateContent}, plain and streamed, below any prefix of the path; other paths
 * are answered with a plain JSON object. Limits, dialect, delays and usage are set by
 * {@link #builder()}; faults are requested while it runs.
 * <p>
 * The limits follow their clock, which a test can advance by hand; delays of answers are
 * real time. One thread of its own does all the work and ends when the provider is
 * closed. Thread-safe.
 */
public final class TestProvider implements AutoCloseable {

	private final TestProviderBuilder settings;

	private final HttpServer server;

	private final List<Call> calls = new CopyOnWriteArrayList<>();

	private final Queue<Fault> faults = new ArrayDeque<>();

	TestProvider(TestProviderBuilder settings) {
		this.settings = settings;
		this.server = new HttpServer("test-provider", this::handle);
	}

	/**
	 * Returns a builder.
	 * @return the builder of an OpenAI without limits, which answers at once
	 */
	public static TestProviderBuilder builder() {
		return new TestProviderBuilder();
	}

	/**
	 * Returns a credential as it is recorded and as the limits identify it.
	 * @param secret the API key: the value of {@code x-api-key}, {@code api-key},
	 * {@code x-goog-api-key} or {@code Authorization}, without {@code Bearer}
	 * @return the beginning of its hash
	 */
	public static String credential(String secret) {
		try {
			byte[] hash = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(hash, 0, 6);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Returns the address of the provider.
	 * @return the address without a path, such as {@code http://127.0.0.1:43210}
	 */
	public URI uri() {
		return URI.create("http://127.0.0.1:" + this.server.port());
	}

	/**
	 * Returns the limits.
	 * @return the limits, which a test can change and whose counts it can read
	 */
	public ProviderLimits limits() {
		return this.settings.limits;
	}

	/**
	 * Lets the next requests fail, after those for which earlier calls requested a fault.
	 * @param requests how many requests
	 * @param fault what goes wrong with them
	 */
	public void failNext(int requests, Fault fault) {
		synchronized (this.faults) {
			for (int i = 0; i < requests; i++) {
				this.faults.add(fault);
			}
		}
	}

	/**
	 * Returns what was received so far.
	 * @return the requests in the order of their arrival, as they are now
	 */
	public List<RecordedRequest> requests() {
		return this.calls.stream().map(Call::record).toList();
	}

	/** Forgets the requests received so far, and the faults not yet used up. */
	public void reset() {
		this.calls.clear();
		synchronized (this.faults) {
			this.faults.clear();
		}
	}

	/** Closes the port and all connections, and ends the thread. */
	@Override
	public void close() {
		this.server.close();
	}

	private void handle(HttpRequest request, HttpExchange exchange) {
		Call call = new Call(this.settings, request, exchange, nextFault());
		this.calls.add(call);
		call.answer();
	}

	private @Nullable Fault nextFault() {
		synchronized (this.faults) {
			return this.faults.poll();
		}
	}

}
