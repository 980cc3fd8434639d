package io.github.ratelimit.apps.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

/** The starter in Spring Cloud Gateway for Spring MVC: its callers and its calls. */
@ExtendWith(OutputCaptureExtension.class)
@EnabledIf("isGateway")
class GatewayTests {

	private static final String CHAT = "/v1/chat/completions";

	private static final String REQUEST = "{\"model\":\"gpt-4o\",\"messages\":[]}";

	private final HttpClient http = HttpClient.newHttpClient();

	private Upstream upstream;

	private ConfigurableApplicationContext gateway;

	/** Other executions of the tests have no gateway. */
	static boolean isGateway() {
		return ClassUtils.isPresent("org.springframework.cloud.gateway.server.mvc.handler.ProxyExchange", null);
	}

	@BeforeEach
	void startUpstream() throws IOException {
		this.upstream = new Upstream();
	}

	@AfterEach
	void stop() {
		this.upstream.close();
		this.gateway.close();
	}

	@Test
	void aRouteIsLimitedAndHasTheHeadersOfTheGateway(CapturedOutput output) throws Exception {
		start(callers("2/h"));
		this.upstream.reply(GatewayTests::withHeaders);
		HttpResponse<String> first = post(REQUEST, "X-API-Key", "a");
		assertThat(first.statusCode()).isEqualTo(200);
		assertThat(first.body()).isEqualTo(Upstream.COMPLETION);
		assertThat(first.headers().allValues("x-ratelimit-limit-requests")).containsExactly("2");
		assertThat(first.headers().allValues("x-ratelimit-limit-tokens")).isEmpty();
		assertThat(first.headers().allValues("Set-Cookie")).containsExactly("a=1", "b=2");
		assertThat(first.headers().allValues("Content-Length"))
			.containsExactly(String.valueOf(Upstream.COMPLETION.length()));
		post(REQUEST, "X-API-Key", "a");
		HttpResponse<String> refused = post(REQUEST, "X-API-Key", "a");
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(refused.headers().allValues("Retry-After")).containsExactly("1800");
		assertThat(refused.headers().allValues("x-ratelimit-limit-requests")).containsExactly("2");
		assertThat(refused.body()).contains("\"code\":\"rate_limit_exceeded\"", "caller");
		assertThat(post(REQUEST, "X-API-Key", "b").statusCode()).isEqualTo(200);
		assertThat(this.upstream.arrivals()).hasSize(3);
		assertThat(output).doesNotContain("RL51", "ERROR");
	}

	@Test
	void headersOfTheProviderAreKeptIfConfigured() throws Exception {
		start(callers("2/h"), "--ratelimit.http.upstream-headers=keep");
		this.upstream.reply(GatewayTests::withHeaders);
		HttpResponse<String> response = post(REQUEST, "X-API-Key", "a");
		assertThat(response.headers().allValues("x-ratelimit-limit-requests")).containsExactly("999");
		assertThat(response.headers().allValues("x-ratelimit-limit-tokens")).containsExactly("99999");
		assertThat(response.headers().map()).doesNotContainKey("x-ratelimit-remaining-requests");
	}

	private static void withHeaders(HttpExchange exchange) throws IOException {
		exchange.getResponseHeaders().set("x-ratelimit-limit-requests", "999");
		exchange.getResponseHeaders().set("x-ratelimit-limit-tokens", "99999");
		exchange.getResponseHeaders().put("Set-Cookie", List.of("a=1", "b=2"));
		Upstream.json(exchange, 200, Upstream.COMPLETION);
	}

	@Test
	void aRefusalByTheProviderIsPassedOnAndStopsFurtherCalls(CapturedOutput output) throws Exception {
		start(callers("10/h"), client("--ratelimit.clients.openai.max-wait=1s"));
		this.upstream.reply((exchange) -> {
			exchange.getResponseHeaders().set("Retry-After", "30");
			exchange.getResponseHeaders().set("x-ratelimit-limit-requests", "999");
			Upstream.json(exchange, 429, "{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"theirs\"}}");
		});
		HttpResponse<String> theirs = post(REQUEST);
		assertThat(theirs.statusCode()).isEqualTo(429);
		assertThat(theirs.headers().allValues("Retry-After")).containsExactly("30");
		assertThat(theirs.headers().allValues("x-ratelimit-limit-requests")).containsExactly("999");
		assertThat(theirs.body()).contains("theirs");

		HttpResponse<String> notSent = post(REQUEST);
		assertThat(notSent.statusCode()).isEqualTo(429);
		assertThat(notSent.headers().firstValueAsLong("Retry-After").getAsLong()).isBetween(20L, 30L);
		assertThat(notSent.headers().allValues("x-ratelimit-limit-requests")).containsExactly("10");
		assertThat(notSent.body()).contains("\"code\":\"rate_limit_exceeded\"").doesNotContain("openai", "theirs");
		assertThat(this.upstream.arrivals()).hasSize(1);
		assertThat(output).doesNotContain("ERROR", "CallRefusedException");
	}

	@Test
	void theCredentialOfACallerSelectsTheAccount(CapturedOutput output) throws Exception {
		start(client("--ratelimit.clients.openai.requests=1/h", "--ratelimit.clients.openai.tokens=1000/h",
				"--ratelimit.clients.openai.reserve=0%"));
		assertThat(post(REQUEST, "Authorization", "Bearer sk-a").statusCode()).isEqualTo(200);
		HttpResponse<String> refused = post(REQUEST, "Authorization", "Bearer sk-a");
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(refused.headers().firstValueAsLong("Retry-After").getAsLong()).isBetween(3500L, 3600L);
		assertThat(post(REQUEST, "Authorization", "Bearer sk-b").statusCode()).isEqualTo(200);
		assertThat(this.upstream.arrivals()).extracting((arrival) -> arrival.headers().getFirst("Authorization"))
			.containsExactly("Bearer sk-a", "Bearer sk-b");

		HttpResponse<String> tooLarge = post(REQUEST.replace("[]", "\"" + "word ".repeat(5000) + "\""), "Authorization",
				"Bearer sk-c");
		assertThat(tooLarge.statusCode()).isEqualTo(413);
		assertThat(tooLarge.headers().allValues("x-should-retry")).containsExactly("false");
		assertThat(tooLarge.headers().map()).doesNotContainKey("Retry-After");
		assertThat(output).doesNotContain("ERROR", "CallRefusedException");
	}

	@Test
	void callsAreQueuedUntilTheProviderHasRoomForThem() throws Exception {
		start(client("--ratelimit.clients.openai.max-concurrent=1"));
		Semaphore answers = new Semaphore(0);
		this.upstream.reply((exchange) -> {
			answers.acquire();
			Upstream.json(exchange, 200, Upstream.COMPLETION);
		});
		List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			calls.add(this.http.sendAsync(request(CHAT, BodyPublishers.ofString(REQUEST)), BodyHandlers.ofString()));
		}
		Awaitility.await().until(() -> endpoint("openai").contains("\"inFlight\":1,\"waiting\":2"));
		this.upstream.next();
		assertThat(this.upstream.arrivals()).isEmpty();
		answers.release(3);
		for (CompletableFuture<HttpResponse<String>> call : calls) {
			assertThat(call.get().statusCode()).isEqualTo(200);
		}
		assertThat(endpoint("openai")).contains("\"inFlight\":0,\"waiting\":0");
	}

	@Test
	void aStreamIsPassedOnAsItComesAndItsUsageIsCharged() throws Exception {
		start(tokens(), client());
		Semaphore events = new Semaphore(0);
		this.upstream.reply((exchange) -> {
			Upstream.startStream(exchange);
			events.acquire();
			Upstream.event(exchange, "{\"choices\":[{\"delta\":{\"content\":\"Hello\"}}],\"usage\":null}");
			events.acquire();
			Upstream.event(exchange, "{\"choices\":[],\"usage\":{\"prompt_tokens\":90,\"total_tokens\":123}}");
			Upstream.event(exchange, "[DONE]");
		});
		events.release();
		HttpResponse<InputStream> response = this.http.send(request(CHAT, BodyPublishers.ofString(REQUEST)),
				BodyHandlers.ofInputStream());
		assertThat(response.headers().allValues("Content-Type")).containsExactly("text/event-stream");
		byte[] first = response.body().readNBytes(20);
		assertThat(new String(first, StandardCharsets.UTF_8)).isEqualTo("data: {\"choices\":[{\"");
		assertThat(post(REQUEST).statusCode()).isEqualTo(429); // a stream at a time
		events.release();
		assertThat(new String(response.body().readAllBytes(), StandardCharsets.UTF_8)).endsWith("data: [DONE]\n\n");
		Awaitility.await().until(() -> endpoint("tokens").contains("\"remaining\":877"));
		assertThat(endpoint("openai")).contains("\"inFlight\":0");
	}

	@Test
	void theUsageOfAPlainResponseIsChargedAlsoIfTheCallerAcceptsOtherEncodings() throws Exception {
		start(tokens(), client());
		this.upstream.reply(GatewayTests::compressed);
		HttpResponse<String> response = post(REQUEST, "Accept-Encoding", "gzip, br");
		assertThat(response.body()).isEqualTo(Upstream.COMPLETION);
		Awaitility.await().until(() -> endpoint("tokens").contains("\"remaining\":990"));
	}

	private static void compressed(HttpExchange exchange) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (GZIPOutputStream compress = new GZIPOutputStream(bytes)) {
			compress.write(Upstream.COMPLETION.getBytes(StandardCharsets.UTF_8));
		}
		assertThat(exchange.getRequestHeaders().getFirst("Accept-Encoding")).doesNotContain("br");
		exchange.getResponseHeaders().set("Content-Type", "application/json");
		exchange.getResponseHeaders().set("Content-Encoding", "gzip");
		exchange.sendResponseHeaders(200, bytes.size());
		bytes.writeTo(exchange.getResponseBody());
	}

	@Test
	void aDisconnectedCallerEndsTheCallAndReleasesItsSlot() throws Exception {
		start(tokens(), client("--ratelimit.clients.openai.max-concurrent=1"));
		Semaphore events = new Semaphore(1);
		this.upstream.reply((exchange) -> {
			Upstream.startStream(exchange);
			while (true) {
				events.tryAcquire(10, TimeUnit.MILLISECONDS);
				Upstream.event(exchange, "{\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}");
			}
		});
		HttpResponse<InputStream> response = this.http.send(request(CHAT, BodyPublishers.ofString(REQUEST)),
				BodyHandlers.ofInputStream());
		response.body().read();
		response.body().close();
		assertThat(this.upstream.disconnected.await(10, TimeUnit.SECONDS)).isTrue();
		Awaitility.await().until(() -> endpoint("openai").contains("\"inFlight\":0"));
		this.upstream.reply((exchange) -> Upstream.json(exchange, 200, Upstream.COMPLETION));
		assertThat(post(REQUEST).statusCode()).isEqualTo(200);
	}

	@Test
	void bodiesAndHeadersArriveAsTheyWereSent() throws Exception {
		start(client());
		String large = REQUEST.replace("[]", "\"" + "ä".repeat(1_500_000) + "\"");
		byte[] bytes = large.getBytes(StandardCharsets.UTF_8);
		send(request(CHAT, BodyPublishers.ofByteArray(bytes)));
		assertThat(this.upstream.next().body()).isEqualTo(bytes);
		send(request(CHAT, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes))));
		assertThat(this.upstream.next().body()).isEqualTo(bytes);
		send(request("/v1/audio/transcriptions", BodyPublishers.ofByteArray(bytes), "Content-Type",
				"multipart/form-data; boundary=x"));
		assertThat(this.upstream.next().body()).isEqualTo(bytes);
		send(request("/v1/form", BodyPublishers.ofString("a=1&b=2&b=3"), "Content-Type",
				"application/x-www-form-urlencoded", "X-Many", "1", "X-Many", "2"));
		Upstream.Arrival form = this.upstream.next();
		assertThat(form.body()).asString().isEqualTo("a=1&b=2&b=3");
		assertThat(form.headers().get("X-Many")).containsExactly("1", "2");
		send(HttpRequest.newBuilder(uri("/v1/models?q=1&q=2&r=%20%26")).build());
		Upstream.Arrival get = this.upstream.next();
		assertThat(get.uri()).hasToString("/v1/models?q=1&q=2&r=%20%26");
		assertThat(get.body()).isEmpty();
		assertThat(get.headers()).doesNotContainKey("Transfer-encoding");
	}

	private static String[] callers(String rate) {
		return new String[] { "--ratelimit.limits.caller.rate=" + rate,
				"--ratelimit.limits.caller.key[0]=header('X-API-Key')", "--ratelimit.limits.caller.key[1]=ip",
				"--ratelimit.limits.caller.unit=requests", "--ratelimit.limits.address.rate=1000/h",
				"--ratelimit.limits.address.key=ip", "--ratelimit.http.headers=openai", "--ratelimit.http.body=openai",
				"--ratelimit.http.rules[0].path=/v1/**", "--ratelimit.http.rules[0].limits=caller, address" };
	}

	private static String[] tokens() {
		return new String[] { "--ratelimit.limits.tokens.rate=1000/d", "--ratelimit.limits.tokens.key=ip",
				"--ratelimit.limits.tokens.cost=500", "--ratelimit.limits.tokens.settle=attribute('usage')",
				"--ratelimit.limits.slots.max-concurrent=1", "--ratelimit.limits.slots.key=ip",
				"--ratelimit.http.rules[0].path=/v1/**", "--ratelimit.http.rules[0].limits=tokens, slots" };
	}

	private String[] client(String... more) {
		return with(new String[] { "--ratelimit.clients.openai.match=" + this.upstream.uri() + "/**",
				"--ratelimit.clients.openai.dialect=openai" }, more);
	}

	private static String[] with(String[] some, String... more) {
		List<String> all = new ArrayList<>(List.of(some));
		all.addAll(List.of(more));
		return all.toArray(String[]::new);
	}

	private void start(String[] some, String... more) {
		String[] arguments = { "--spring.main.web-application-type=servlet", "--server.port=0",
				"--server.address=127.0.0.1", "--spring.main.banner-mode=off", "--logging.level.root=warn",
				"--openai.uri=" + this.upstream.uri(), "--management.endpoints.web.exposure.include=ratelimits" };
		this.gateway = new SpringApplication(ModelGateway.class).run(with(arguments, with(some, more)));
	}

	private String endpoint(String name) throws Exception {
		return send(HttpRequest.newBuilder(uri("/actuator/ratelimits/" + name)).build()).body();
	}

	private HttpResponse<String> post(String body, String... headers) throws Exception {
		return send(request(CHAT, BodyPublishers.ofString(body), headers));
	}

	private HttpResponse<String> send(HttpRequest request) throws Exception {
		return this.http.send(request, BodyHandlers.ofString());
	}

	private HttpRequest request(String path, BodyPublisher body, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
			.timeout(Duration.ofSeconds(20))
			.header("Accept", "application/json")
			.POST(body);
		if (!List.of(headers).contains("Content-Type")) {
			request.header("Content-Type", "application/json");
		}
		return (headers.length > 0) ? request.headers(headers).build() : request.build();
	}

	private URI uri(String path) {
		int port = ((WebServerApplicationContext) this.gateway).getWebServer().getPort();
		return URI.create("http://127.0.0.1:" + port + path);
	}

}
