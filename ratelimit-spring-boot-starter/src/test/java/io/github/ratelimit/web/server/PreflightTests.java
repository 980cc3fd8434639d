package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
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
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Preflight requests are exempt only if CORS processing answers them. */
class PreflightTests {

	private static final String ORIGIN = "https://app.example";

	private static final String[] RULES = { "ratelimit.limits.address.rate=3/d", "ratelimit.limits.address.key=ip",
			"ratelimit.http.rules[0].path=/**", "ratelimit.http.rules[0].limits=address" };

	private RunningServer server;

	@AfterEach
	void stop() {
		this.server.close();
	}

	private void start(Class<?> configuration) {
		this.server = RunningServer.withoutSecurity(configuration, RULES);
	}

	@Test
	void aPreflightThatReachesAPlainServletCounts() throws IOException {
		start(Plain.class);
		assertCounts("/servlet/x");
		assertThat(this.server.bean(AtomicInteger.class)).hasValue(3);
	}

	@Test
	void theCorsMappingsOfSpringMvcDoNotApplyToAnotherServlet() throws IOException {
		start(GlobalMapping.class);
		assertExempt("/v1/chat");
		assertExempt("/nowhere");
		assertCounts("/servlet/x");
		assertThat(this.server.bean(AtomicInteger.class)).hasValue(3);
	}

	@Test
	void aPreflightWithoutCorsConfigurationCounts() throws IOException {
		start(Annotated.class);
		assertExempt("/crossed");
		assertCounts("/v1/chat");
	}

	@Test
	void aCorsFilterAnswersOnItsMapping() throws IOException {
		start(FilterBean.class);
		assertExempt("/v1/chat");
		assertExempt("/servlet/x");
		assertThat(this.server.bean(AtomicInteger.class)).hasValue(0);
	}

	@Test
	void aCorsFilterBeanAnswersOnlyOnItsMapping() throws IOException {
		start(RegisteredFilterBean.class);
		assertExempt("/v1/chat");
		assertCounts("/servlet/x");
	}

	@Test
	void aCorsFilterOfOneServletAnswersForThatServlet() throws IOException {
		start(FilterOfServlet.class);
		assertExempt("/servlet/x");
		assertCounts("/v1/chat");
	}

	@Test
	void springSecurityAnswersWithCors() throws IOException {
		this.server = RunningServer.withSecurity(SecurityWithCors.class, RULES);
		assertExempt("/v1/chat");
		assertExempt("/servlet/x");
	}

	@Test
	void passwordGuessesCountIfSpringSecurityChecksThemFirst() throws IOException {
		this.server = RunningServer.withSecurity(SecurityWithoutCors.class, RULES);
		for (int i = 0; i < 3; i++) {
			assertThat(preflight("/v1/chat", "Authorization: Basic dXNlcjpndWVzcw==")).isEqualTo(401);
		}
		assertThat(preflight("/v1/chat", "Authorization: Basic dXNlcjpndWVzcw==")).isEqualTo(429);
	}

	private void assertExempt(String path) throws IOException {
		for (int i = 0; i < 10; i++) {
			assertThat(preflight(path, "X-Any: x")).isNotEqualTo(429);
		}
		assertThat(this.server.allowed("address")).isZero();
	}

	private void assertCounts(String path) throws IOException {
		int refused = 0;
		for (int i = 0; i < 20; i++) {
			refused += (preflight(path, "X-Any: x") == 429) ? 1 : 0;
		}
		assertThat(refused).isEqualTo(17);
		assertThat(this.server.allowed("address")).isEqualTo(3);
	}

	private int preflight(String path, String header) throws IOException {
		return this.server.send("OPTIONS", path, "Origin: " + ORIGIN, "Access-Control-Request-Method: GET", header)
			.status();
	}

	private static CorsFilter filter() {
		CorsConfiguration configuration = new CorsConfiguration();
		configuration.addAllowedOrigin(ORIGIN);
		UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
		source.registerCorsConfiguration("/**", configuration);
		return new CorsFilter(source);
	}

	@Configuration(proxyBeanMethods = false)
	static class Plain {

		@Bean
		AtomicInteger served() {
			return new AtomicInteger();
		}

		@Bean
		ServletRegistrationBean<HttpServlet> countingServlet(AtomicInteger served) {
			return new ServletRegistrationBean<>(new HttpServlet() {

				@Override
				protected void service(HttpServletRequest request, HttpServletResponse response) {
					served.incrementAndGet();
				}

			}, "/servlet/*");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Plain.class)
	static class GlobalMapping implements WebMvcConfigurer {

		@Override
		public void addCorsMappings(CorsRegistry registry) {
			registry.addMapping("/**").allowedOrigins(ORIGIN);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Plain.class, Crossed.class })
	static class Annotated {

	}

	@RestController
	static class Crossed {

		@CrossOrigin(ORIGIN)
		@GetMapping("/crossed")
		String crossed() {
			return "crossed";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Plain.class)
	static class FilterBean {

		@Bean
		CorsFilter anyCorsFilter() {
			return filter();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Plain.class)
	static class RegisteredFilterBean {

		@Bean
		CorsFilter anyCorsFilter() {
			return filter();
		}

		@Bean
		FilterRegistrationBean<CorsFilter> registeredCors(CorsFilter filter) {
			FilterRegistrationBean<CorsFilter> registration = new FilterRegistrationBean<>(filter);
			registration.addUrlPatterns("/v1/*");
			registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 100);
			return registration;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Plain.class)
	static class FilterOfServlet {

		@Bean
		FilterRegistrationBean<CorsFilter> registeredCors(
				@Qualifier("countingServlet") ServletRegistrationBean<HttpServlet> countingServlet) {
			FilterRegistrationBean<CorsFilter> registration = new FilterRegistrationBean<>(filter());
			registration.addServletRegistrationBeans(countingServlet);
			return registration;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Plain.class)
	static class SecurityWithCors {

		@Bean
		SecurityFilterChain security(HttpSecurity http) throws Exception {
			UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
			source.registerCorsConfiguration("/**", new CorsConfiguration().applyPermitDefaultValues());
			return http.cors((cors) -> cors.configurationSource(source))
				.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(GlobalMapping.class)
	static class SecurityWithoutCors {

		@Bean
		SecurityFilterChain security(HttpSecurity http) throws Exception {
			return http.cors((cors) -> cors.disable())
				.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

}
