package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.web.server.RunningServer.Answer;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** A limited gateway copies the headers of a real upstream. */
@Tag("version-independent")
@TestInstance(Lifecycle.PER_CLASS)
class UpstreamHeadersTests {

	private static final String[] RULES = { "ratelimit.limits.address.rate=3/d", "ratelimit.limits.address.key=ip",
			"ratelimit.limits.method.rate=3/d", "ratelimit.limits.method.key=global", "ratelimit.limits.login.rate=3/d",
			"ratelimit.limits.login.key=ip", "ratelimit.limits.login.hide-headers=true",
			"ratelimit.http.rules[0].path=/gate/**", "ratelimit.http.rules[0].limits=address",
			"ratelimit.http.rules[1].path=/hidden/**", "ratelimit.http.rules[1].limits=login" };

	private final Map<List<String>, RunningServer> servers = new HashMap<>();

	private RunningServer server;

	@AfterAll
	void stop() {
		this.servers.values().forEach(RunningServer::close);
	}

	/** Each test has its own day. */
	private void start(String... properties) {
		List<String> all = new ArrayList<>(List.of(RULES));
		all.addAll(List.of(properties));
		this.server = this.servers.computeIfAbsent(all,
				(absent) -> RunningServer.withoutSecurity(Gateway.class, absent.toArray(String[]::new)));
		this.server.bean(ManualTime.class).advance(Duration.ofDays(1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/gate/entity", "/gate/function", "/gate/streaming", "/gate/servlet", "/gate/added",
			"/gate/committed" })
	void ourHeadersReplaceThoseOfTheUpstreamAsASet(String path) throws IOException {
		start();
		Answer answer = get(path, 200);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(limitHeaders(answer)).containsOnlyKeys("x-ratelimit-limit", "x-ratelimit-remaining",
				"x-ratelimit-reset", "ratelimit-policy", "ratelimit");
		assertThat(answer.header("X-RateLimit-Remaining")).isEqualTo("2");
		assertThat(answer.header("RateLimit")).startsWith("\"address\";r=2").doesNotContain("|");
		assertThat(answer.header("X-Upstream")).isEqualTo("yes");
		assertThat(answer.body()).contains("from upstream");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/gate/entity", "/gate/function", "/gate/streaming", "/gate/servlet", "/gate/added",
			"/gate/committed" })
	void headersOfTheUpstreamAreKeptAsASet(String path) throws IOException {
		start("ratelimit.http.upstream-headers=keep");
		Answer answer = get(path, 200);
		assertThat(limitHeaders(answer)).isEqualTo(theirs());
	}

	@ParameterizedTest
	@ValueSource(strings = { "/gate/entity", "/gate/function", "/gate/streaming", "/gate/servlet", "/gate/added",
			"/gate/error", "/gate/late" })
	void aRefusalOfTheUpstreamKeepsItsOwnSet(String path) throws IOException {
		start();
		Answer answer = get(path, 429);
		assertThat(answer.status()).isEqualTo(429);
		Map<String, String> expected = theirs();
		expected.put("retry-after", "77");
		expected.put("retry-after-ms", "76543");
		expected.put("x-should-retry", "true");
		assertThat(limitHeaders(answer)).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "replace", "keep" })
	void aRefusalByALimitHasOurSet(String mode) throws IOException {
		start("ratelimit.http.upstream-headers=" + mode);
		for (int i = 0; i < 3; i++) {
			assertThat(get("/refused", 200).status()).isEqualTo(200);
		}
		Answer refused = get("/refused", 200);
		assertThat(refused.status()).isEqualTo(429);
		assertThat(limitHeaders(refused)).containsOnlyKeys("x-ratelimit-limit", "x-ratelimit-remaining",
				"x-ratelimit-reset", "ratelimit-policy", "ratelimit", "retry-after");
		assertThat(refused.header("Retry-After")).isEqualTo("28800");
		assertThat(refused.header("RateLimit")).startsWith("\"method\";r=0").doesNotContain("|");
	}

	@Test
	void aRefusalHasNoHeadersOfTheUpstreamEvenWithoutOurs() throws IOException {
		start("ratelimit.http.headers=none");
		for (int i = 0; i < 3; i++) {
			assertThat(limitHeaders(get("/refused", 200))).isEqualTo(theirs());
		}
		assertThat(limitHeaders(get("/refused", 200))).containsOnlyKeys("retry-after");
	}

	@Test
	void headersOfTheUpstreamAreKeptIfThereAreNoneOfOurs() throws IOException {
		start();
		assertThat(limitHeaders(get("/hidden/entity", 200))).isEqualTo(theirs());
		assertThat(limitHeaders(get("/free/entity", 200))).isEqualTo(theirs());
	}

	@Test
	void aMethodThatDecidesLaterReplacesTheHeadersOfTheUpstream() throws IOException {
		start();
		Answer answer = get("/refused", 200);
		assertThat(limitHeaders(answer)).doesNotContainKey("x-ratelimit-remaining-tokens");
		assertThat(answer.header("X-RateLimit-Remaining")).isEqualTo("2");
	}

	@Test
	void retryAfterOfTheApplicationIsKeptIfNothingIsRefused() throws IOException {
		start();
		Answer accepted = this.server.get("/gate/accepted");
		assertThat(accepted.status()).isEqualTo(202);
		assertThat(accepted.header("Retry-After")).isEqualTo("5");
		assertThat(accepted.header("X-RateLimit-Remaining")).isEqualTo("2");
	}

	@Test
	void aRefusalByTheApplicationWithoutHeadersHasOurs() throws IOException {
		start();
		Answer plain = this.server.get("/gate/plain429");
		assertThat(plain.status()).isEqualTo(429);
		assertThat(plain.header("X-RateLimit-Remaining")).isEqualTo("2");
	}

	private Answer get(String path, int status) throws IOException {
		return this.server.get(path + "?status=" + status + "&port=" + this.server.port());
	}

	private static Map<String, String> theirs() {
		Map<String, String> theirs = new TreeMap<>();
		theirs.put("x-ratelimit-remaining", "41");
		theirs.put("x-ratelimit-remaining-tokens", "4100");
		theirs.put("ratelimit", "\"up\";r=41;t=9");
		theirs.put("anthropic-ratelimit-requests-remaining", "40");
		return theirs;
	}

	private static Map<String, String> limitHeaders(Answer answer) {
		Map<String, String> headers = new TreeMap<>(answer.headers());
		headers.keySet().removeIf((name) -> !name.matches(".*(ratelimit|retry).*"));
		return headers;
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Calls.class, Handlers.class })
	static class Gateway {

		@Bean
		RouterFunction<ServerResponse> functions() {
			return RouterFunctions.route().GET("/gate/function", (request) -> {
				ResponseEntity<String> upstream = Calls.upstream(request.param("status").orElseThrow(),
						request.param("port").orElseThrow());
				return ServerResponse.status(upstream.getStatusCode())
					.headers((headers) -> headers.addAll(copied(upstream)))
					.body(String.valueOf(upstream.getBody()));
			}).build();
		}

		private static HttpHeaders copied(ResponseEntity<String> upstream) {
			HttpHeaders headers = new HttpHeaders();
			headers.addAll(upstream.getHeaders());
			headers.remove(HttpHeaders.TRANSFER_ENCODING);
			headers.remove(HttpHeaders.CONTENT_LENGTH);
			headers.remove(HttpHeaders.CONNECTION);
			return headers;
		}

	}

	@Component
	static class Calls {

		@RateLimited("method")
		public void limited() {
		}

		static ResponseEntity<String> upstream(String status, String port) {
			return RestClient.create()
				.get()
				.uri("http://127.0.0.1:" + port + "/upstream?status=" + status)
				.exchange((request, response) -> ResponseEntity.status(response.getStatusCode())
					.headers(response.getHeaders())
					.body(new String(response.getBody().readAllBytes(), StandardCharsets.UTF_8)));
		}

	}

	@RestController
	static class Handlers {

		private final Calls calls;

		Handlers(Calls calls) {
			this.calls = calls;
		}

		@GetMapping("/upstream")
		ResponseEntity<String> upstream(@RequestParam int status) {
			ResponseEntity.BodyBuilder answer = ResponseEntity.status(status)
				.header("x-ratelimit-remaining", "41")
				.header("X-RateLimit-Remaining-Tokens", "4100")
				.header("RATELIMIT", "\"up\";r=41;t=9")
				.header("anthropic-ratelimit-requests-remaining", "40")
				.header("X-Upstream", "yes");
			if (status == 429) {
				answer.header("retry-after", "77").header("retry-after-ms", "76543").header("x-should-retry", "true");
			}
			return answer.body("from upstream");
		}

		@GetMapping({ "/gate/entity", "/hidden/entity", "/free/entity" })
		ResponseEntity<String> entity(@RequestParam String status, @RequestParam String port) {
			ResponseEntity<String> upstream = Calls.upstream(status, port);
			return ResponseEntity.status(upstream.getStatusCode())
				.headers(Gateway.copied(upstream))
				.body(upstream.getBody());
		}

		@GetMapping("/gate/streaming")
		ResponseEntity<StreamingResponseBody> streaming(@RequestParam String status, @RequestParam String port) {
			ResponseEntity<String> upstream = Calls.upstream(status, port);
			StreamingResponseBody body = (out) -> {
				out.write("from ".getBytes(StandardCharsets.UTF_8));
				out.flush();
				out.write("upstream".getBytes(StandardCharsets.UTF_8));
			};
			return ResponseEntity.status(upstream.getStatusCode()).headers(Gateway.copied(upstream)).body(body);
		}

		@GetMapping("/gate/servlet")
		void servlet(@RequestParam String status, @RequestParam String port, HttpServletResponse response)
				throws IOException {
			ResponseEntity<String> upstream = Calls.upstream(status, port);
			response.setStatus(upstream.getStatusCode().value());
			Gateway.copied(upstream).forEach((name, values) -> response.setHeader(name, values.get(0)));
			response.getWriter().write("from upstream");
		}

		@GetMapping("/gate/added")
		void added(@RequestParam String status, @RequestParam String port, HttpServletResponse response)
				throws IOException {
			ResponseEntity<String> upstream = Calls.upstream(status, port);
			Gateway.copied(upstream)
				.forEach((name, values) -> values.forEach((value) -> response.addHeader(name, value)));
			response.setStatus(upstream.getStatusCode().value());
			response.getWriter().write("from upstream");
		}

		@GetMapping("/gate/committed")
		void committed(@RequestParam String status, @RequestParam String port, HttpServletResponse response)
				throws IOException {
			added(status, port, response);
			response.flushBuffer();
			response.addHeader("X-RateLimit-Remaining", "3");
		}

		@GetMapping("/gate/error")
		void error(@RequestParam String status, @RequestParam String port, HttpServletResponse response)
				throws IOException {
			ResponseEntity<String> upstream = Calls.upstream(status, port);
			HttpHeaders copied = Gateway.copied(upstream);
			copied.remove(HttpHeaders.CONTENT_TYPE);
			copied.forEach((name, values) -> values.forEach((value) -> response.addHeader(name, value)));
			response.sendError(upstream.getStatusCode().value());
		}

		@GetMapping("/gate/late")
		void late(@RequestParam String status, @RequestParam String port, HttpServletResponse response)
				throws IOException {
			ResponseEntity<String> upstream = Calls.upstream(status, port);
			HttpHeaders copied = Gateway.copied(upstream);
			response.setHeader("X-RateLimit-Remaining", "7");
			response.setStatus(upstream.getStatusCode().value());
			response.setIntHeader("X-RateLimit-Remaining", 41);
			copied.remove("X-RateLimit-Remaining");
			copied.forEach((name, values) -> values.forEach((value) -> response.addHeader(name, value)));
		}

		@GetMapping("/refused")
		String refused(@RequestParam String status, @RequestParam String port, HttpServletResponse response) {
			Gateway.copied(Calls.upstream(status, port))
				.forEach((name, values) -> values.forEach((value) -> response.addHeader(name, value)));
			response.addHeader("Retry-After", "3");
			this.calls.limited();
			response.setHeader("Retry-After", null);
			return "served";
		}

		@GetMapping("/gate/accepted")
		ResponseEntity<Void> accepted() {
			return ResponseEntity.accepted().header("Retry-After", "5").build();
		}

		@GetMapping("/gate/plain429")
		ResponseEntity<Void> plain() {
			return ResponseEntity.status(429).build();
		}

	}

}
