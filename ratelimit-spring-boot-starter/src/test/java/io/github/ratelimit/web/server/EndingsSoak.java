package io.github.ratelimit.web.server;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeyState;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitRegistry;
import io.github.ratelimit.LimitStore;
import io.github.ratelimit.OneWebServer;
import io.github.ratelimit.TestThreads;
import java.io.InputStream;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndingsSoak {

	static final List<String> PATHS = (System.getProperty("soak.paths") != null) ? List.of(System.getProperty("soak.paths").split(",")) : List.of("/life/sse?ends=endless", "/life/emitter?ends=endless",
			"/life/body?ends=endless", "/life/early", "/life/flux?ends=endless", "/life/plain", "/life/throws",
			"/life/sse?ends=completes", "/life/sse?ends=fails", "/life/emitter?ends=fails", "/life/body?ends=completes",
			"/life/body?ends=fails", "/life/deferred?ends=completes", "/life/deferred?ends=fails",
			"/life/callable", "/life/future", "/life/servlet?ends=completes", "/life/servlet?ends=starts-again",
			"/life/flux?ends=completes", "/life/flux?ends=fails", "/life/mono", "/life/deferred?ends=times-out");

	public static void main(String[] args) throws Exception {
		try {
			new EndingsSoak().soak(System.getProperty("soak.server"));
		}
		catch (Throwable ex) {
			ex.printStackTrace(System.out);
		}
		System.exit(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void soak(String name) throws Exception {
		if (!name.equals(System.getProperty("soak.server", name))) {
			return;
		}
		int total = Integer.getInteger("soak.endings", 2000);
		int threads = Integer.getInteger("soak.threads", 16);
		try (RunningServer server = RunningServer.withoutSecurity(LastingRequests.class,
				OneWebServer.PROPERTY + "=" + name, "logging.threshold.console=off",
				"ratelimit.limits.slots.max-concurrent=1000", "ratelimit.limits.slots.key=header('X-API-Key')",
				"ratelimit.limits.one.max-concurrent=1", "ratelimit.limits.one.key=header('X-API-Key')",
				"ratelimit.limits.tokens.rate=100000000/d", "ratelimit.limits.tokens.key=header('X-API-Key')",
				"ratelimit.limits.tokens.cost=1", "ratelimit.limits.tokens.settle=attribute('usage')",
				"ratelimit.http.rules[0].path=/life/**", "ratelimit.http.rules[0].limits=slots,tokens")) {
			Map<String, AtomicInteger> how = new ConcurrentHashMap<>();
			runAll(threads, (thread) -> {
				Random random = new Random(thread);
				for (int i = 0; i < total / threads; i++) {
					String path = PATHS.get(random.nextInt(PATHS.size()));
					if (random.nextBoolean()) {
						path = PATHS.get(random.nextInt(Math.min(5, PATHS.size())));
					}
					int bytes = random.nextInt(3) == 0 ? random.nextInt(500) : random.nextInt(300_000);
					try (Socket socket = server.open("GET", path, "X-API-Key: " + path)) {
						InputStream in = socket.getInputStream();
						in.readNBytes(bytes);
						if (random.nextBoolean()) {
							socket.setSoLinger(true, 0);
						}
					}
					catch (java.net.SocketException | java.net.SocketTimeoutException ex) {
						how.computeIfAbsent(ex.getClass().getSimpleName() + " " + path, (any) -> new AtomicInteger()).incrementAndGet();
					}
					how.computeIfAbsent(path, (any) -> new AtomicInteger()).incrementAndGet();
				}
			});
			System.out.println(name + " " + new TreeMap<>(how));
			long start = System.nanoTime();
			for (int second = 0; second < 90; second++) {
				StringBuilder left = new StringBuilder();
				for (String path : PATHS) {
					long taken = 1000 - remaining(server, path);
					if (taken != 0) {
						left.append(path).append('=').append(taken).append(' ');
					}
				}
				System.out.println(name + " " + (System.nanoTime() - start) / 1_000_000 + " ms: " + left);
				if (left.isEmpty()) {
					break;
				}
				if (second == 15) {
					Map<Thread, StackTraceElement[]> all = Thread.getAllStackTraces();
					all.forEach((thread, stack) -> {
						StringBuilder text = new StringBuilder();
						for (StackTraceElement e : stack) {
							text.append("\n   ").append(e);
						}
						if (text.toString().contains("LastingRequests") || text.toString().contains("ratelimit")) {
							System.out.println(thread.getName() + text);
						}
					});
				}
				Thread.sleep(1000);
			}
		}
	}

	private static void runAll(int threads, TestThreads.Task task) throws Exception {
		Thread[] all = new Thread[threads];
		for (int i = 0; i < threads; i++) {
			int n = i;
			all[i] = new Thread(() -> {
				try {
					task.run(n);
				}
				catch (Throwable ex) {
					System.out.println("client: " + ex);
				}
			});
			all[i].start();
		}
		for (Thread thread : all) {
			thread.join();
		}
	}

	private static long remaining(RunningServer server, String key) {
		Limit configured = server.bean(LimitRegistry.class).get("slots").limit();
		return server.bean(LimitStore.class)
			.find(configured, Key.of(key))
			.map(KeyState::remaining)
			.orElse(configured.capacity());
	}

}
