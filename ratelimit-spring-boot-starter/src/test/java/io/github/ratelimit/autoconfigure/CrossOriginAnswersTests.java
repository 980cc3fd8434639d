package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.web.cors.CorsWriter;
import io.github.ratelimit.web.response.ServletAnswers;
import io.github.ratelimit.web.response.TestAnswers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.CrossOrigin;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Refusals and allowed calls for browsers of other origins, over a real port.
 */
class CrossOriginAnswersTests {

	private static final String ORIGIN = "https://app.example";

	private static final String OURS = "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, "
			+ "RateLimit-Policy, RateLimit, Retry-After, x-should-retry";

	private final HttpClient client = HttpClient.newHttpClient();

	private ConfigurableApplicationContext context;

	@AfterEach
	void stop() {
		this.context.close();
	}

	@Test
	void annotatedControllers() {
		start(AnnotatedApplication.class);
		assertAllowedAndRefused("/chat", ORIGIN, "X-Own, " + OURS);
		assertThat(refused("/chat", ORIGIN).headers().allValues("Access-Control-Allow-Credentials"))
			.containsExactly("true");
		assertSilentTo("https://evil.example", "/chat");
		assertSilentTo(ORIGIN, "/private");
		assertSilentTo(ORIGIN, "/nowhere");
	}

	@Test
	void aServletPathAndAContextPath() {
		start(AnnotatedApplication.class, "spring.mvc.servlet.path=/mvc", "server.servlet.context-path=/app");
		assertAllowedAndRefused("/app/mvc/chat", ORIGIN, "X-Own, " + OURS);
		assertSilentTo(ORIGIN, "/app/mvc/private");
	}

	@Test
	void globalMappings() {
		start(GlobalApplication.class);
		assertAllowedAndRefused("/chat", "*", OURS);
	}

	@Test
	void aWildcardOriginStaysAWildcard() {
		start(ExposeAllApplication.class);
		assertAllowedAndRefused("/chat", ORIGIN, "*");
	}

	@Test
	void springSecurityWithASourceThatIsNotABean() {
		start(SecurityApplication.class);
		assertAllowedAndRefused("/chat", ORIGIN, "X-Own, " + OURS);
		assertSilentTo("https://evil.example", "/chat");
	}

	@Test
	void springSecurityWithASourceBean() {
		start(SecuritySourceBeanApplication.class);
		assertAllowedAndRefused("/chat", ORIGIN, OURS);
		assertSilentTo("https://evil.example", "/chat");
	}

	@Test
	void aCorsFilterBean() {
		start(FilterApplication.class);
		assertAllowedAndRefused("/chat", ORIGIN, OURS);
		assertSilentTo("https://evil.example", "/chat");
	}

	@Test
	void aRegisteredCorsFilterAppliesOnlyToItsMapping() {
		start(RegisteredFilterApplication.class);
		assertAllowedAndRefused("/chat", ORIGIN, OURS);
		assertSilentTo(ORIGIN, "/private");
	}

	@Test
	void aCorsFilterBeforeOurs() {
		start(FirstFilterApplication.class);
		assertAllowedAndRefused("/chat", ORIGIN, OURS);
	}

	@Test
	void anApplicationThatWritesTheHeadersItself() {
		start(OwnApplication.class);
		HttpResponse<String> refused = refused("/chat", ORIGIN);
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(refused.headers().allValues("Access-Control-Allow-Origin")).containsExactly("https://own.example");
	}

	@Test
	void whatOnePartForbidsIsNotAllowedByALaterPart() {
		start(StrictSecurityApplication.class);
		assertAllowedAndRefused("/chat", ORIGIN, OURS);
		assertSilentTo("https://evil.example", "/chat");
	}

	@Test
	void headersOfAPartThatForbidsAreNotSent() {
		start(ForbiddingApplication.class);
		HttpResponse<String> refused = refused("/chat", ORIGIN);
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(refused.headers().map()).doesNotContainKeys("access-control-allow-origin", "vary");
	}

	@Test
	void rulesFromTheConfiguration() {
		start(RuledApplication.class, "ratelimit.limits.once.rate=1/min", "ratelimit.limits.once.key=global",
				"ratelimit.http.rules[0].path=/chat", "ratelimit.http.rules[0].limits=once",
				"ratelimit.http.rules[0].body=openai");
		HttpResponse<String> allowed = call("/chat", ORIGIN, false);
		assertThat(allowed.statusCode()).isEqualTo(200);
		assertThat(allowed.headers().allValues("RateLimit-Policy")).containsExactly("\"once\";q=1;w=60");
		assertCors(allowed, ORIGIN, "X-Own, " + OURS);
		HttpResponse<String> refused = call("/chat", ORIGIN, false);
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(refused.headers().allValues("RateLimit-Policy")).containsExactly("\"once\";q=1;w=60");
		assertThat(refused.body()).contains("rate_limit_exceeded");
		assertCors(refused, ORIGIN, "X-Own, " + OURS);
	}

	@Test
	void withoutCorsThereAreNoHeaders() {
		start(PlainApplication.class);
		assertSilentTo(ORIGIN, "/chat");
	}

	@Test
	void aFailingCorsConfigurationIsNotAnErrorOfTheLimiter() {
		start(FailingApplication.class);
		assertThat(refused("/chat", ORIGIN).statusCode()).isEqualTo(429);
	}

	private void assertAllowedAndRefused(String path, String origin, String exposed) {
		HttpResponse<String> allowed = call(path, ORIGIN, false);
		assertThat(allowed.statusCode()).isEqualTo(200);
		assertThat(allowed.headers().allValues("X-RateLimit-Remaining")).containsExactly("9");
		assertCors(allowed, origin, exposed);
		HttpResponse<String> refused = refused(path, ORIGIN);
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(refused.headers().allValues("Retry-After")).containsExactly("6");
		assertCors(refused, origin, exposed);
		HttpResponse<String> sameOrigin = refused(path, null);
		assertThat(sameOrigin.statusCode()).isEqualTo(429);
		assertThat(sameOrigin.headers().map()).doesNotContainKeys("access-control-allow-origin",
				"access-control-expose-headers");
	}

	private static void assertCors(HttpResponse<String> response, String origin, String exposed) {
		assertThat(response.headers().allValues("Access-Control-Allow-Origin")).containsExactly(origin);
		assertThat(response.headers().allValues("Access-Control-Expose-Headers")).singleElement()
			.satisfies((names) -> assertThat(names.split(", ")).containsExactlyInAnyOrder(exposed.split(", ")));
		assertThat(response.headers().allValues("Vary")).contains("Origin").doesNotHaveDuplicates();
	}

	private void assertSilentTo(String origin, String path) {
		HttpResponse<String> refused = refused(path, origin);
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(refused.body()).contains("quota-exceeded");
		assertThat(refused.headers().map().keySet()).noneMatch((name) -> name.startsWith("access-control-"));
		assertThat(call(path, origin, false).headers().map().keySet())
			.noneMatch((name) -> name.startsWith("access-control-"));
	}

	private HttpResponse<String> refused(String path, String origin) {
		return call(path, origin, true);
	}

	private HttpResponse<String> call(String path, String origin, boolean refuse) {
		int port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
		if (origin != null) {
			request.header("Origin", origin);
		}
		if (refuse) {
			request.header(TestAnswers.REFUSE, "true");
		}
		try {
			return this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private void start(Class<?> application, String... properties) {
		this.context = new SpringApplicationBuilder(application)
			.properties("server.port=0", "server.address=localhost", "spring.main.banner-mode=off")
			.properties(properties)
			.run();
	}

	private static CorsConfigurationSource source(String... exposed) {
		CorsConfiguration configuration = new CorsConfiguration();
		configuration.addAllowedOrigin(ORIGIN);
		configuration.setExposedHeaders(List.of(exposed));
		UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
		source.registerCorsConfiguration("/**", configuration);
		return source;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Base {

		@Bean
		TestAnswers testAnswers(ServletAnswers answers) {
			return new TestAnswers(answers);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OpenSecurity {

		@Bean
		SecurityFilterChain security(HttpSecurity http) throws Exception {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll()).build();
		}

	}

	@RestController
	static class Chat {

		@GetMapping({ "/chat", "/private" })
		String chat() {
			return "ok";
		}

	}

	@RestController
	static class AnnotatedChat {

		@CrossOrigin(origins = ORIGIN, exposedHeaders = "X-Own", allowCredentials = "true")
		@GetMapping("/chat")
		String chat() {
			return "ok";
		}

		@GetMapping("/private")
		String closed() {
			return "ok";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Base.class, OpenSecurity.class, AnnotatedChat.class })
	static class AnnotatedApplication {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenSecurity.class, AnnotatedChat.class })
	static class RuledApplication {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Base.class, OpenSecurity.class, Chat.class })
	static class PlainApplication {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Base.class, OpenSecurity.class, Chat.class })
	static class GlobalApplication implements WebMvcConfigurer {

		@Override
		public void addCorsMappings(CorsRegistry registry) {
			registry.addMapping("/**").allowedMethods("GET");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Base.class, OpenSecurity.class, Chat.class })
	static class ExposeAllApplication implements WebMvcConfigurer {

		@Override
		public void addCorsMappings(CorsRegistry registry) {
			registry.addMapping("/**").allowedOrigins(ORIGIN).exposedHeaders("*");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Base.class, Chat.class })
	static class SecurityApplication {

		@Bean
		SecurityFilterChain security(HttpSecurity http) throws Exception {
			return http.cors((cors) -> cors.configurationSource(source("X-Own", "RateLimit")))
				.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Base.class, Chat.class })
	static class SecuritySourceBeanApplication {

		@Bean
		CorsConfigurationSource corsConfigurationSource() {
			return source();
		}

		@Bean
		SecurityFilterChain security(HttpSecurity http) throws Exception {
			return http.cors(Customizer.withDefaults())
				.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Base.class, OpenSecurity.class, Chat.class })
	static class FilterApplication {

		@Bean
		CorsFilter applicationCors() {
			return new CorsFilter(source());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Base.class, OpenSecurity.class, Chat.class })
	static class RegisteredFilterApplication {

		@Bean
		FilterRegistrationBean<CorsFilter> applicationCors() {
			FilterRegistrationBean<CorsFilter> registration = new FilterRegistrationBean<>(new CorsFilter(source()));
			registration.addUrlPatterns("/chat/*");
			return registration;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Base.class, OpenSecurity.class, Chat.class })
	static class FirstFilterApplication {

		@Bean
		FilterRegistrationBean<CorsFilter> applicationCors() {
			FilterRegistrationBean<CorsFilter> registration = new FilterRegistrationBean<>(new CorsFilter(source()));
			registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return registration;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Base.class, OpenSecurity.class, Chat.class })
	static class OwnApplication {

		@Bean
		CorsWriter own() {
			return (request, response) -> response.setHeader("Access-Control-Allow-Origin", "https://own.example");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Base.class, OpenSecurity.class, Chat.class })
	static class FailingApplication {

		@Bean
		CorsWriter failing() {
			return (request, response) -> {
				throw new IllegalStateException("no configuration");
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(SecuritySourceBeanApplication.class)
	static class StrictSecurityApplication implements WebMvcConfigurer {

		@Override
		public void addCorsMappings(CorsRegistry registry) {
			registry.addMapping("/**");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Base.class, OpenSecurity.class, Chat.class })
	static class ForbiddingApplication {

		@Bean
		CorsWriter forbidding() {
			return (request, response) -> {
				response.setHeader("Vary", "Origin");
				response.setHeader("Access-Control-Allow-Origin", "null");
				response.sendError(403);
			};
		}

	}

}
