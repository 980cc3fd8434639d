package io.github.ratelimit.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Recipes, copied from their page into one application, do what the page says. */
class RecipeTests {

	private static final List<String> RECIPES = List.of("A plan by role", "Exempt a partner", "Failed logins",
			"A 429 body of your own");

	private static final HttpClient http = HttpClient.newHttpClient();

	private static ConfigurableApplicationContext application;

	@BeforeAll
	static void start() {
		application = new SpringApplicationBuilder(Application.class).initializers(recipes())
			.run("--server.port=0", "--server.address=127.0.0.1", "--spring.main.banner-mode=off",
					"--logging.level.root=warn", "--spring.data.redis.repositories.enabled=false",
					"--management.health.redis.enabled=false");
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	/**
	 * Puts the YAML of the recipes into one file, as an application does that needs all
	 * of them.
	 */
	private static ApplicationContextInitializer<ConfigurableApplicationContext> recipes() {
		Map<String, Object> together = new LinkedHashMap<>();
		for (String heading : RECIPES) {
			merge(new Yaml().load(section(heading).blocks("yaml").get(0).text()), together);
		}
		byte[] file = new Yaml().dump(together).getBytes(StandardCharsets.UTF_8);
		return (context) -> {
			try {
				new YamlPropertySourceLoader().load("recipes", new ByteArrayResource(file))
					.forEach(context.getEnvironment().getPropertySources()::addLast);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		};
	}

	@SuppressWarnings("unchecked")
	private static void merge(Map<String, Object> from, Map<String, Object> into) {
		from.forEach((name, value) -> into.merge(name, value, (one, other) -> {
			if (one instanceof Map<?, ?> map) {
				merge((Map<String, Object>) other, (Map<String, Object>) map);
				return map;
			}
			return Stream.of((List<Object>) one, (List<Object>) other).flatMap(List::stream).toList();
		}));
	}

	private static Page section(String heading) {
		Page page = Page.named("docs/recipes.md");
		int start = page.text().indexOf("\n## " + heading + "\n");
		int end = page.text().indexOf("\n## ", start + 1);
		assertThat(start).as(heading).isPositive();
		return new Page(page.path(), page.text().substring(start, (end > 0) ? end : page.text().length()));
	}

	@Test
	void onlyFailedLoginsAreCountedAndTheSixthFailureIsRefusedWithTheBodyOfTheRecipe() throws Exception {
		for (int i = 0; i < 6; i++) {
			assertThat(login("right").statusCode()).isEqualTo(200);
		}
		for (int i = 0; i < 5; i++) {
			assertThat(login("wrong").statusCode()).isEqualTo(401);
		}
		HttpResponse<String> refused = login("right");
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(refused.headers().map()).doesNotContainKey("ratelimit");
		JsonNode body = JsonMapper.shared().readTree(refused.body());
		assertThat(body.path("code").asString()).isEqualTo("LIMIT_EXCEEDED");
		assertThat(body.path("limits").isArray()).isTrue();
		assertThat(body.path("retryAfter").asLong()).isPositive();
	}

	@Test
	void aRoleSelectsAPlan() throws Exception {
		assertThat(get("/api/hello", "ann").headers().firstValue("X-RateLimit-Limit")).hasValue("600");
		assertThat(get("/api/hello", "bob").headers().firstValue("X-RateLimit-Limit")).hasValue("60");
	}

	@Test
	void partnersAreExempt() throws Exception {
		for (int i = 0; i < 10; i++) {
			assertThat(get("/export/report", "bob").statusCode()).isEqualTo(200);
			assertThat(get("/export/report", "pat").statusCode()).isEqualTo(200);
		}
		assertThat(get("/export/report", "bob").statusCode()).isEqualTo(429);
		HttpResponse<String> exempt = get("/export/report", "pat");
		assertThat(exempt.statusCode()).isEqualTo(200);
		assertThat(exempt.headers().firstValue("X-RateLimit-Limit")).isEmpty();
	}

	private HttpResponse<String> login(String password) throws IOException, InterruptedException {
		return send(HttpRequest.newBuilder(uri("/login?password=" + password)).POST(BodyPublishers.noBody()));
	}

	private HttpResponse<String> get(String path, String user) throws IOException, InterruptedException {
		String credentials = Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
		return send(HttpRequest.newBuilder(uri(path)).header("Authorization", "Basic " + credentials));
	}

	private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
		return http.send(request.build(), BodyHandlers.ofString());
	}

	private static URI uri(String path) {
		return URI.create("http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port") + path);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Controller.class, RecipeExamples.CompanyBody.class })
	static class Application {

		@Bean
		SecurityFilterChain api(HttpSecurity http) throws Exception {
			return http
				.authorizeHttpRequests(
						(requests) -> requests.requestMatchers("/login").permitAll().anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.csrf((csrf) -> csrf.disable())
				.build();
		}

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(
					User.withUsername("ann").password("{noop}secret").roles("PRO").build(),
					User.withUsername("bob").password("{noop}secret").roles("USER").build(),
					User.withUsername("pat").password("{noop}secret").roles("PARTNER").build());
		}

	}

	@RestController
	static class Controller {

		@GetMapping({ "/api/hello", "/export/report" })
		String hello() {
			return "Hello";
		}

		@PostMapping("/login")
		ResponseEntity<String> login(@RequestParam String password) {
			return ResponseEntity.status(password.equals("right") ? HttpStatus.OK : HttpStatus.UNAUTHORIZED).body("");
		}

	}

}
