package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OneWebServer;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.LimitStore;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** A client cannot have work done for nothing by ending its upload too early. */
class BrokenUploadTests {

	private static final long RESERVED = 7;

	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void anUploadPaysIfItsClientDisconnects(String webServer) throws Exception {
		try (RunningServer server = start(webServer)) {
			breakOff(server, "/upload", "Content-Length: 100", "1234567890");
			breakOff(server, "/upload", "Transfer-Encoding: chunked", "a\r\n1234567890\r\n");
			breakOff(server, "/upload", "Transfer-Encoding: chunked", "a\r\n1234567890\r\nno size\r\n");
			await().until(() -> paid(server, "budget") == 3 * RESERVED);
			assertThat(paid(server, "failures")).isEqualTo(3);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void anUploadPaysIfTheApplicationHandlesTheDisconnect(String webServer) throws Exception {
		try (RunningServer server = start(webServer)) {
			breakOff(server, "/handled", "Content-Length: 100", "1234567890");
			await().until(() -> paid(server, "budget") == RESERVED);
			assertThat(paid(server, "failures")).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void anUploadPaysNothingIfAnotherConnectionOfTheApplicationEnds(String webServer) throws Exception {
		try (RunningServer server = start(webServer)) {
			assertThat(server.get("/upstream").status()).isEqualTo(502);
			assertThat(paid(server, "budget")).isZero();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void aResponseThatHasBegunIsCountedByItsStatusIfItsClientDisconnects(String webServer) throws Exception {
		try (RunningServer server = start(webServer)) {
			try (Socket socket = server.open("GET", "/download")) {
				assertThat(socket.getInputStream().readNBytes(100_000)).hasSize(100_000);
				assertThat(paid(server, "slots")).isEqualTo(1);
				socket.setSoLinger(true, 0);
			}
			await().until(() -> paid(server, "slots") == 0);
			assertThat(paid(server, "budget")).isEqualTo(RESERVED);
			assertThat(paid(server, "failures")).isZero();
		}
	}

	private static RunningServer start(String webServer) {
		return RunningServer.withoutSecurity(Uploads.class, OneWebServer.PROPERTY + "=" + webServer,
				"ratelimit.limits.budget.rate=1000/d", "ratelimit.limits.budget.key=global",
				"ratelimit.limits.budget.cost=" + RESERVED, "ratelimit.limits.failures.rate=1000/d",
				"ratelimit.limits.failures.key=global", "ratelimit.limits.failures.count-when=status == 401",
				"ratelimit.limits.slots.max-concurrent=5", "ratelimit.limits.slots.key=global",
				"ratelimit.http.rules[0].path=/**", "ratelimit.http.rules[0].limits=budget,failures,slots");
	}

	private static void breakOff(RunningServer server, String path, String header, String part) throws IOException {
		AtomicInteger begun = server.bean(Uploads.Handlers.class).begun;
		int before = begun.get();
		try (Socket socket = server.open("POST", path, header)) {
			socket.getOutputStream().write(part.getBytes(StandardCharsets.US_ASCII));
			await().until(() -> begun.get() > before);
		}
	}

	private static long paid(RunningServer server, String limit) {
		Limit configured = server.bean(LimitRegistry.class).get(limit).limit();
		return configured.capacity() - server.bean(LimitStore.class)
			.find(Handles.of(configured), Key.GLOBAL)
			.map(KeyState::remaining)
			.orElse(configured.capacity());
	}

	@Configuration(proxyBeanMethods = false)
	static class Uploads {

		@RestController
		static class Handlers {

			final AtomicInteger begun = new AtomicInteger();

			@PostMapping("/upload")
			String upload(HttpServletRequest request) throws IOException {
				InputStream body = request.getInputStream();
				body.read();
				this.begun.incrementAndGet();
				body.transferTo(OutputStream.nullOutputStream());
				return "upload";
			}

			@PostMapping("/handled")
			String handled(HttpServletRequest request) {
				try {
					return upload(request);
				}
				catch (IOException ex) {
					throw new IllegalStateException(ex);
				}
			}

			@GetMapping("/download")
			void download(HttpServletResponse response) throws IOException {
				while (true) {
					response.getOutputStream().write(new byte[64 * 1024]);
				}
			}

			@GetMapping("/upstream")
			String upstream() {
				throw new IllegalStateException(new EOFException("EOF reached while reading"));
			}

			@ExceptionHandler
			@ResponseStatus(HttpStatus.BAD_GATEWAY)
			String failed(IllegalStateException ex) {
				return "failed";
			}

		}

	}

}
