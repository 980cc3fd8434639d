package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OneWebServer;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * A thousand connections send a guess except for its last byte, and then that byte. With
 * five permits, five passwords are checked.
 */
@Tag("redis")
class ParallelGuessTests {

	private static final int GUESSES = 1_000;

	@ParameterizedTest
	@CsvSource({ "tomcat,memory", "jetty,memory", "tomcat,redis", "jetty,redis" })
	void ofAThousandParallelGuessesFiveAreChecked(String webServer, String store) throws Exception {
		guess(webServer, store, false);
	}

	@ParameterizedTest
	@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "This Java has no virtual threads")
	@CsvSource({ "tomcat,memory", "jetty,memory", "tomcat,redis", "jetty,redis" })
	void ofAThousandParallelGuessesFiveAreCheckedOnVirtualThreads(String webServer, String store) throws Exception {
		guess(webServer, store, true);
	}

	private static void guess(String webServer, String store, boolean virtual) throws Exception {
		try (RedisServer redis = RedisServer.start();
				RunningServer server = start(webServer, store, virtual, redis.port())) {
			Logins logins = server.bean(Logins.class);
			assertThat(server.webServer().getClass().getName()).contains("." + webServer + ".");

			List<Integer> right = send(server, 100, "right");
			assertThat(right).as("parallel successful logins are allowed or get a Retry-After").isSubsetOf(200, 429);
			assertThat(right).filteredOn((status) -> status == 200).hasSizeGreaterThanOrEqualTo(5);
			assertThat(logins.virtual).isEqualTo(virtual);
			logins.checked.set(0);
			LimitStore permits = server.bean(LimitStore.class);
			Limit login = server.bean(LimitRegistry.class).get("login").limit();
			await().until(() -> permits.find(Handles.of(login), Key.of(Key.ADDRESS_KIND, "127.0.0.1"))
				.filter((state) -> state.remaining() == 5)
				.isPresent());

			List<Integer> wrong = send(server, GUESSES, "wrong");

			assertThat(logins.checked.get()).as("passwords that were checked").isEqualTo(5);
			assertThat(wrong).filteredOn((status) -> status == 401).hasSize(5);
			assertThat(wrong).filteredOn((status) -> status == 429).hasSize(GUESSES - 5);
			assertThat(send(server, 1, "right")).containsExactly(429);
		}
	}

	private static RunningServer start(String webServer, String store, boolean virtual, int redisPort) {
		return RunningServer.withoutSecurity(Guesses.class, OneWebServer.PROPERTY + "=" + webServer,
				"server.tomcat.accept-count=" + GUESSES, "spring.threads.virtual.enabled=" + virtual,
				"ratelimit.store=" + store, "spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + redisPort,
				"ratelimit.redis.deadline=10s", "ratelimit.limits.login.rate=5/15min", "ratelimit.limits.login.key=ip",
				"ratelimit.limits.login.algorithm=sliding-window", "ratelimit.limits.login.count-when=status == 401",
				"ratelimit.http.rules[0].path=/guess", "ratelimit.http.rules[0].limits=login");
	}

	/** Returns the statuses of requests whose last bytes are sent together. */
	private static List<Integer> send(RunningServer server, int count, String password) throws IOException {
		byte[] request = ("POST /guess HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: "
				+ password.length() + "\r\nConnection: close\r\n\r\n" + password)
			.getBytes(StandardCharsets.US_ASCII);
		List<Socket> sockets = new ArrayList<>();
		try {
			for (int i = 0; i < count; i++) {
				Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
				sockets.add(socket);
				socket.setSoTimeout(60_000);
				socket.setTcpNoDelay(true);
				socket.getOutputStream().write(request, 0, request.length - 1);
			}
			for (Socket socket : sockets) {
				sendLast(socket, request[request.length - 1]);
			}
			List<Integer> statuses = new ArrayList<>();
			for (Socket socket : sockets) {
				statuses.add(status(socket));
			}
			return statuses;
		}
		finally {
			for (Socket socket : sockets) {
				socket.close();
			}
		}
	}

	/** A server does not have to read a refused request to its end. */
	private static void sendLast(Socket socket, byte last) {
		try {
			socket.getOutputStream().write(last);
		}
		catch (IOException ex) {
			return;
		}
	}

	private static int status(Socket socket) throws IOException {
		InputStream in = socket.getInputStream();
		byte[] start = in.readNBytes("HTTP/1.1 200".length());
		return Integer.parseInt(new String(start, StandardCharsets.US_ASCII).substring("HTTP/1.1 ".length()));
	}

	@Configuration(proxyBeanMethods = false)
	static class Guesses {

		@Bean
		Logins logins() {
			return new Logins();
		}

		/** A connection that does not fit in the queue is retried after a second. */
		@Bean
		WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> longQueue() {
			return (factory) -> factory.addServerCustomizers((server) -> {
				for (Connector connector : server.getConnectors()) {
					((ServerConnector) connector).setAcceptQueueSize(GUESSES);
				}
			});
		}

	}

	@RestController
	static class Logins {

		private final AtomicInteger checked = new AtomicInteger();

		private volatile boolean virtual;

		@PostMapping("/guess")
		ResponseEntity<String> guess(@RequestBody String password) {
			this.checked.incrementAndGet();
			this.virtual = Thread.currentThread().toString().startsWith("VirtualThread");
			return ResponseEntity.status(password.equals("right") ? 200 : 401).body("");
		}

	}

}
