package io.github.ratelimit.apps;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Permit;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.autoconfigure.RateLimitOpenApiAutoConfiguration;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The description of limited operations by springdoc. */
class OpenApiTests {

	@Test
	void limitedOperationsHave429AndNoPermitParameter() throws Exception {
		try (ConfigurableApplicationContext context = new SpringApplication(Application.class).run(
				"--spring.main.web-application-type=servlet", "--server.port=0", "--server.address=127.0.0.1",
				"--spring.main.banner-mode=off", "--logging.level.root=warn", "--ratelimit.limits.chat.rate=1/h",
				"--ratelimit.limits.chat.key=global")) {
			int port = ((WebServerApplicationContext) context).getWebServer().getPort();
			HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v3/api-docs"))
				.build();
			String text = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
			JsonNode paths = JsonMapper.shared().readTree(text).get("paths");
			JsonNode limited = paths.get("/limited").get("get");
			assertThat(limited.get("responses").get("429").get("headers").has("Retry-After")).isTrue();
			assertThat(limited.get("parameters").toString()).contains("\"q\"").doesNotContain("permit");
			assertThat(limited.has("requestBody")).isFalse();
			assertThat(paths.get("/open").get("get").get("responses").has("429")).isFalse();
		}
	}

	@Test
	void withoutSpringdocThereIsNoCustomizer() {
		new WebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(RateLimitOpenApiAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(GlobalOperationCustomizer.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(RateLimitOpenApiAutoConfiguration.class));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Operations.class)
	static class Application {

	}

	@RestController
	static class Operations {

		@GetMapping("/limited")
		@RateLimited("chat")
		public String limited(@RequestParam String q, Permit permit) {
			return q;
		}

		@GetMapping("/open")
		public String open() {
			return "open";
		}

	}

}
