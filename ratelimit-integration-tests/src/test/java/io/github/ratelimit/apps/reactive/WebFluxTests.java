package io.github.ratelimit.apps.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** {@code @RateLimited} in a WebFlux application, on a real port. */
@ExtendWith(OutputCaptureExtension.class)
class WebFluxTests {

	private ConfigurableApplicationContext context;

	@AfterEach
	void stop() {
		if (this.context != null) {
			this.context.close();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "/text?key=a", "/mono?key=a", "/flux?key=a", "/service?key=a", "/function?key=a" })
	void aRefusedCallIsAnsweredWith429(String path, CapturedOutput output) throws Exception {
		start("ratelimit.limits.chat.rate=1/h", "ratelimit.limits.chat.key=header('X-API-Key')");
		assertThat(get(path).statusCode()).isEqualTo(200);
		HttpResponse<String> refused = get(path);
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(refused.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(3500L, 3600L);
		assertThat(refused.headers().firstValue("Cache-Control")).hasValue("no-store");
		assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(refused.body()).startsWith("{\"type\":\"https://iana.org/assignments/http-problem-types#")
			.contains("\"status\":429", "\"violated-policies\":[\"chat\"]");
		assertThat(get(path.replace("key=a", "key=b")).statusCode()).isEqualTo(200);
		assertThat(output).doesNotContain("ERROR", "\tat ");
	}

	@Test
	void aBodyMayHaveAnotherStyle() throws Exception {
		start("ratelimit.limits.chat.rate=1/h", "ratelimit.limits.chat.key=ip", "ratelimit.http.body=openai");
		get("/text?key=a");
		assertThat(get("/text?key=a").body()).startsWith("{\"error\":{");
	}

	@Test
	void aCallWithoutAKeyIsAnsweredWith403() throws Exception {
		start("ratelimit.limits.chat.rate=1/h", "ratelimit.limits.chat.key=ip");
		HttpResponse<String> denied = get("/header");
		assertThat(denied.statusCode()).isEqualTo(403);
		assertThat(denied.headers().firstValue("Cache-Control")).hasValue("no-store");
		assertThat(denied.body()).contains("\"status\":403");
		assertThat(get("/header", "X-API-Key", "a").statusCode()).isEqualTo(200);
		assertThat(get("/header", "X-API-Key", "a").statusCode()).isEqualTo(429);
	}

	@Test
	void aRequestWhoseCallToAProviderWasRefusedIsAnsweredWith429() throws Exception {
		start("ratelimit.limits.chat.rate=1/h", "ratelimit.limits.chat.key=ip");
		HttpResponse<String> refused = get("/unsent");
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(refused.headers().firstValue("Retry-After")).hasValue("7");
		assertThat(refused.body()).contains("\"status\":429").doesNotContain("openai");
	}

	@Test
	void anExceptionHandlerOfTheApplicationTakesPrecedence() throws Exception {
		start("ratelimit.limits.chat.rate=1/h", "ratelimit.limits.chat.key=ip");
		get("/own?key=a");
		assertThat(get("/own?key=a").body()).isEqualTo("own answer");
	}

	@Test
	void otherFailuresAreNotHandled() throws Exception {
		start("ratelimit.limits.chat.rate=1/h", "ratelimit.limits.chat.key=ip");
		assertThat(get("/fails").statusCode()).isEqualTo(500);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"ratelimit.limits.chat.key=header('X-API-Key') | key | Name an argument of the method beside it, such as @RateLimited(value = \"chat\", key = \"#apiKey\"), or write ratelimit.limits.chat.key: global.",
			"ratelimit.limits.chat.key=coalesce(user, ip) | key | Name an argument of the method",
			"ratelimit.limits.chat.key=user + path | key | Name an argument of the method",
			"ratelimit.limits.chat.key='all',ratelimit.limits.chat.plan=claim('plan'),ratelimit.limits.chat.plans.pro=20/h | plan | Tell plans by a PlanResolver bean instead of ratelimit.limits.chat.plan.",
			"ratelimit.limits.chat.key=global,ratelimit.limits.chat.cost=attribute('units') | cost | Let cost be a number, or an argument of the method, such as cost = \"#tokens\".",
			"ratelimit.limits.chat.key=global,ratelimit.limits.chat.cost=5,ratelimit.limits.chat.settle=attribute('usage') | settle | Leave out ratelimit.limits.chat.settle.",
			"ratelimit.limits.chat.key=global,ratelimit.limits.chat.count-when=status == 401 | count-when | Leave out ratelimit.limits.chat.count-when." })
	void aLimitThatNeedsAServletRequestFailsStartUp(String properties, String part, String remedy) {
		List<String> all = new ArrayList<>(List.of("ratelimit.limits.chat.rate=10/h"));
		all.addAll(List.of(properties.split(",(?=ratelimit)")));
		Throwable failure = catchThrowable(() -> run(NamesALimit.class, all.toArray(String[]::new)));
		assertThat(failure)
			.hasMessageContaining(
					"has parts that need a servlet request (" + part + "), but this is a reactive web " + "application")
			.hasStackTraceContaining(remedy);
	}

	@Test
	void theAnnotationsKeyIsNotSuggestedIfItIsPresent() {
		Throwable failure = catchThrowable(() -> run(HasAKey.class, "ratelimit.limits.chat.rate=10/h",
				"ratelimit.limits.chat.key=header('X-API-Key')"));
		assertThat(failure).hasStackTraceContaining("key \"header('X-API-Key')\"")
			.hasStackTraceContaining("Let key be an argument of the method, such as key = \"#apiKey\".")
			.satisfies((ex) -> assertThat(ex.toString()).doesNotContain("Name an argument"));
	}

	@Test
	void rulesAreNotSuggestedIfNoFilterReadsThem(CapturedOutput output) {
		start("ratelimit.limits.chat.rate=1/h", "ratelimit.limits.chat.key=ip", "ratelimit.limits.unused.rate=1/h",
				"ratelimit.limits.unused.key=ip", "ratelimit.limits.ruled.rate=1/h", "ratelimit.limits.ruled.key=ip",
				"ratelimit.http.rules[0].path=/**", "ratelimit.http.rules[0].limits=ruled");
		assertThat(output).contains("Bind it by @RateLimited(\"unused\") on a method")
			.doesNotContain("Limit 'ruled' is not bound")
			.contains("The rules of ratelimit.http.rules (1) limit nothing")
			.contains("Put @RateLimited on the methods that serve the requests")
			.doesNotContain("Bind it by a rule");
	}

	private void start(String... properties) {
		run(Application.class, properties);
	}

	private void run(Class<?> source, String... properties) {
		List<String> arguments = new ArrayList<>(List.of("--spring.main.web-application-type=reactive",
				"--server.port=0", "--server.address=127.0.0.1", "--spring.main.banner-mode=off"));
		for (String property : properties) {
			arguments.add("--" + property);
		}
		this.context = new SpringApplication(Bare.class, source).run(arguments.toArray(String[]::new));
	}

	private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
		int port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
		if (headers.length > 0) {
			request.headers(headers);
		}
		return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Bare {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Handlers.class, OwnHandlers.class, Service.class })
	static class Application {

		@Bean
		RouterFunction<ServerResponse> functions(Service service) {
			return RouterFunctions.route()
				.GET("/function",
						(request) -> ServerResponse.ok().bodyValue(service.ask(request.queryParam("key").orElse(""))))
				.build();
		}

	}

	static class Service {

		@RateLimited(value = "chat", key = "#key")
		public String ask(String key) {
			return "asked by " + key;
		}

	}

	@RestController
	static class Handlers {

		private final Service service;

		Handlers(Service service) {
			this.service = service;
		}

		@GetMapping("/text")
		@RateLimited(value = "chat", key = "#key")
		public String text(@RequestParam String key) {
			return "text";
		}

		@GetMapping("/mono")
		@RateLimited(value = "chat", key = "#key")
		public Mono<String> mono(@RequestParam String key) {
			return Mono.just("mono");
		}

		@GetMapping("/flux")
		@RateLimited(value = "chat", key = "#key")
		public Flux<String> flux(@RequestParam String key) {
			return Flux.just("fl", "ux");
		}

		@GetMapping("/service")
		public Mono<String> service(@RequestParam String key) {
			return Mono.just(key).map(this.service::ask);
		}

		@GetMapping("/header")
		@RateLimited(rate = "1/h", key = "#apiKey")
		public String header(@RequestHeader(name = "X-API-Key", required = false) String apiKey) {
			return "header";
		}

		@GetMapping("/unsent")
		public Mono<String> unsent() {
			return Mono.error(new CallRefusedException("openai", Reason.THROTTLED, Duration.ofSeconds(7)));
		}

		@GetMapping("/fails")
		public Mono<String> fails() {
			return Mono.error(new IllegalStateException("The application's own failure"));
		}

	}

	@RestController
	static class OwnHandlers {

		private final Service service;

		OwnHandlers(Service service) {
			this.service = service;
		}

		@GetMapping("/own")
		public String own(@RequestParam String key) {
			return this.service.ask(key);
		}

		@ExceptionHandler
		String refused(RateLimitExceededException ex) {
			return "own answer";
		}

	}

	static class NamesALimit {

		@RateLimited("chat")
		public String ask() {
			return "asked";
		}

	}

	static class HasAKey {

		@RateLimited(value = "chat", key = "header('X-API-Key')")
		public String ask() {
			return "asked";
		}

	}

}
