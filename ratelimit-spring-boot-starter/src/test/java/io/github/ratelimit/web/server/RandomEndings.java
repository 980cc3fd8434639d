package io.github.ratelimit.web.server;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OneWebServer;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.LimitStore;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Requests of all kinds that end by themselves, or with their clients at any moment. */
final class RandomEndings implements AutoCloseable {

	private static final long SLOTS = 1000;

	private static final List<String> ENDLESS = List.of("/life/sse?ends=endless", "/life/emitter?ends=endless",
			"/life/body?ends=endless", "/life/flux?ends=endless", "/life/early");

	private static final List<String> ENDING = List.of("/life/plain", "/life/throws", "/life/sse?ends=completes",
			"/life/sse?ends=fails", "/life/emitter?ends=fails", "/life/body?ends=completes", "/life/body?ends=fails",
			"/life/deferred?ends=completes", "/life/deferred?ends=fails", "/life/deferred?ends=times-out",
			"/life/callable", "/life/future", "/life/servlet?ends=completes", "/life/servlet?ends=starts-again",
			"/life/flux?ends=completes", "/life/flux?ends=fails", "/life/mono");

	private final RunningServer server;

	/**
	 * Starts an application.
	 * @param webServer the server that it runs on
	 */
	RandomEndings(String webServer) {
		this.server = RunningServer.withoutSecurity(LastingRequests.class, OneWebServer.PROPERTY + "=" + webServer,
				"logging.level.org.apache=error", "logging.level.org.eclipse=error",
				"logging.level.org.springframework=error", "ratelimit.limits.slots.max-concurrent=" + SLOTS,
				"ratelimit.limits.slots.key=header('X-API-Key')", "ratelimit.limits.one.max-concurrent=1",
				"ratelimit.limits.one.key=global", "ratelimit.limits.tokens.rate=100000000/d",
				"ratelimit.limits.tokens.key=header('X-API-Key')", "ratelimit.limits.tokens.cost=1",
				"ratelimit.limits.tokens.settle=attribute('usage')", "ratelimit.http.rules[0].path=/life/**",
				"ratelimit.http.rules[0].limits=slots,tokens");
	}

	/** Sends requests, and returns when all their clients have disconnected. */
	void run(int requests, int clients) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(clients);
		try {
			List<Callable<Void>> tasks = IntStream.range(0, clients).mapToObj((client) -> (Callable<Void>) () -> {
				Random random = new Random(client);
				for (int i = client; i < requests; i += clients) {
					request(random);
				}
				return null;
			}).toList();
			for (Future<Void> client : executor.invokeAll(tasks)) {
				client.get();
			}
		}
		finally {
			executor.shutdown();
		}
	}

	private void request(Random random) throws IOException {
		List<String> paths = (random.nextInt(4) > 0) ? ENDLESS : ENDING;
		String path = paths.get(random.nextInt(paths.size()));
		int read = random.nextInt((random.nextInt(3) > 0) ? 500_000 : 500);
		try (Socket socket = this.server.open("GET", path, "X-API-Key: " + path)) {
			socket.getInputStream().readNBytes(read);
			if (random.nextBoolean()) {
				socket.setSoLinger(true, 0);
			}
		}
		catch (SocketException ex) {
			// the server has aborted its response
		}
	}

	/**
	 * Returns the number of slots that are taken, by path; paths without any are omitted.
	 */
	Map<String, Long> taken() {
		Limit slots = this.server.bean(LimitRegistry.class).get("slots").limit();
		LimitStore store = this.server.bean(LimitStore.class);
		Map<String, Long> taken = new TreeMap<>();
		for (List<String> paths : List.of(ENDLESS, ENDING)) {
			for (String path : paths) {
				long free = store.find(Handles.of(slots), Key.of(path)).map(KeyState::remaining).orElse(SLOTS);
				if (free != SLOTS) {
					taken.put(path, SLOTS - free);
				}
			}
		}
		return taken;
	}

	@Override
	public void close() {
		this.server.close();
	}

}
