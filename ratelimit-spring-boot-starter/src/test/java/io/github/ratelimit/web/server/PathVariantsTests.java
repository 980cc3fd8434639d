package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.ManualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.filter.UrlHandlerFilter;
import org.springframework.web.servlet.config.annotation.PathMatchConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.util.pattern.PathPatternParser;

/** Every notation of a path that reaches a limited resource is limited. */
@Tag("version-independent")
class PathVariantsTests {

	private static final List<String> PATHS = List.of("/v1/chat", "//v1/chat", "///v1//chat", "/v1;a=b/chat",
			"/;x/v1/chat", "/v1/chat;a=b", "/V1/Chat", "/v1/%63hat", "/v1/%43hat", "/%76%31/chat", "/v1/%2563hat",
			"/v1/chat/", "/v1/chat//", "/v1%2Fchat", "/v1%2fchat", "/v1/./chat", "/./v1/chat", "/v1/x/../chat",
			"/x/../v1/chat", "/v1/%2e/chat", "/x/%2e%2e/v1/chat", "/x/..;a=b/v1/chat", "/v1/chat/..;/chat", "/v1\\chat",
			"/v1/%5cchat", "/v1/chat%20", "/v1/chat%00", "/v1/chat.json", "/v1/%zz", "/v1/%", "/v1/%c0%afchat",
			"/v1/page.txt", "//v1/page.txt", "/v1//page.txt", "/v1;a=b/page.txt", "/x/../v1/page.txt", "/v1/%70age.txt",
			"/V1/page.txt");

	private static final List<String> PLAIN = List.of("/plain/v1/a", "//plain/v1/a", "/plain//v1/a", "/plain/./v1/a",
			"/x/../plain/v1/a", "/plain;a=b/v1/a", "/%70lain/v1/a", "/plain/%76%31/a", "/PLAIN/v1/a", "/plain/v1/",
			"/plain/v1", "/plain/x/..;a/v1/a");

	private static final String[] LIMIT = { "ratelimit.limits.address.rate=2/d", "ratelimit.limits.address.key=ip",
			"ratelimit.http.rules[0].limits=address", "ratelimit.http.rules[1].limits=address",
			"ratelimit.http.rules[1].path=/plain/v1/**" };

	@Test
	void atTheRoot() throws IOException {
		try (RunningServer server = start("ratelimit.http.rules[0].path=/v1/**")) {
			List<String> reaching = variants("", "");
			assertNoneGetsAround(server, "/v1/chat", reaching, "/v1/chat", "/v1;a=b/chat", "/v1/chat;a=b", "/v1/%63hat",
					"//v1/page.txt", "/v1//page.txt", "//plain/v1/a", "/x/../plain/v1/a", "/%70lain/v1/a");
		}
	}

	@Test
	void underAnExactRule() throws IOException {
		try (RunningServer server = start("ratelimit.http.rules[0].path=/v1/{name}")) {
			assertNoneGetsAround(server, "/v1/chat", variants("", ""), "/v1/chat", "/v1;a=b/chat", "/v1/%63hat");
		}
	}

	@Test
	void underAContextPath() throws IOException {
		try (RunningServer server = start("server.servlet.context-path=/shop", "ratelimit.http.rules[0].path=/v1/**")) {
			List<String> variants = variants("/shop", "/shop");
			variants.addAll(List.of("//shop/v1/chat", "/%73hop/v1/chat", "/shop;a=b/v1/chat", "/x/../shop/v1/chat",
					"/shop/../shop/v1/chat", "/SHOP/v1/chat", "/./shop/v1/chat", "/shop/../shop/plain/v1/a",
					"//shop/plain/v1/a", "/%73hop/plain/v1/a", "/shop;a=b/plain/v1/a"));
			assertNoneGetsAround(server, "/shop/v1/chat", variants, "/shop/v1/chat", "/shop;a=b/v1/chat",
					"/%73hop/v1/chat", "/shop/../shop/plain/v1/a");
		}
	}

	@Test
	void underAServletPath() throws IOException {
		try (RunningServer server = start("spring.mvc.servlet.path=/api", "ratelimit.http.rules[0].path=/api/v1/**")) {
			List<String> variants = variants("/api", "");
			variants.addAll(servletPathVariants(""));
			assertNoneGetsAround(server, "/api/v1/chat", variants, "/api/v1/chat", "/api/v1;a=b/chat",
					"/api/v1/%63hat");
		}
	}

	@Test
	void underAContextPathAndAServletPath() throws IOException {
		try (RunningServer server = start("server.servlet.context-path=/shop", "spring.mvc.servlet.path=/api",
				"ratelimit.http.rules[0].path=/api/v1/**")) {
			List<String> variants = variants("/shop/api", "/shop");
			variants.addAll(servletPathVariants("/shop"));
			variants.addAll(List.of("//shop/api/v1/chat", "/%73hop/api/v1/chat", "/shop;a=b/api/v1/chat",
					"/x/../shop/api/v1/chat", "/shop/../shop/api/v1/chat"));
			assertNoneGetsAround(server, "/shop/api/v1/chat", variants, "/shop/api/v1/chat", "/shop/api/v1;a=b/chat");
		}
	}

	@Test
	void inAnApplicationThatAcceptsAnyCaseAndATrailingSlash() throws IOException {
		try (RunningServer server = start(AnyCase.class, "ratelimit.http.rules[0].path=/v1/chat")) {
			assertNoneGetsAround(server, "/v1/chat", List.of("/v1/chat", "/V1/Chat", "/v1/chat/", "/v1/%43hat/"),
					"/v1/chat", "/V1/Chat", "/v1/chat/", "/v1/%43hat/");
		}
	}

	@Test
	void inAContainerThatDecodesAnEncodedSlash() throws IOException {
		try (RunningServer server = start(EncodedSlash.class, "ratelimit.http.rules[0].path=/v1/**")) {
			List<String> variants = variants("", "");
			variants.addAll(List.of("/plain%2Fv1/a", "/plain/v1%2fa"));
			assertNoneGetsAround(server, "/v1/chat", variants, "/plain%2Fv1/a", "/plain/v1%2fa");
		}
	}

	private static RunningServer start(String... properties) {
		return start(Object.class, properties);
	}

	private static RunningServer start(Class<?> configuration, String... properties) {
		List<String> all = new ArrayList<>(List.of(LIMIT));
		all.addAll(List.of(properties));
		return RunningServer.withoutSecurity(configuration, all.toArray(String[]::new));
	}

	private static List<String> variants(String mvcBase, String plainBase) {
		List<String> variants = new ArrayList<>();
		PATHS.forEach((path) -> variants.add(mvcBase + path));
		PLAIN.forEach((path) -> variants.add(plainBase + path));
		return variants;
	}

	private static List<String> servletPathVariants(String context) {
		return List.of(context + "/api;a=b/v1/chat", context + "/%61pi/v1/chat", context + "/API/v1/chat",
				context + "//api/v1/chat", context + "/./api/v1/chat", context + "/x/../api/v1/chat",
				context + "/api/../api/v1/chat");
	}

	private static void assertNoneGetsAround(RunningServer server, String plain, List<String> variants,
			String... knownToReach) throws IOException {
		List<String> reaching = new ArrayList<>();
		server.limiter(false);
		for (String variant : variants) {
			if (server.get(variant).status() == 200) {
				reaching.add(variant);
			}
		}
		assertThat(reaching).contains(knownToReach);
		server.limiter(true);
		server.bean(ManualTime.class).advance(Duration.ofDays(1));
		assertThat(server.get(plain).status()).isEqualTo(200);
		assertThat(server.get(plain).status()).isEqualTo(200);
		assertThat(server.get(plain).status()).isEqualTo(429);
		int reached = server.reached();
		for (String variant : variants) {
			int status = server.get(variant).status();
			if (reaching.contains(variant)) {
				assertThat(status).as(variant).isEqualTo(429);
			}
			else {
				assertThat(status).as(variant).isGreaterThanOrEqualTo(400);
			}
		}
		assertThat(server.reached()).isEqualTo(reached);
	}

	@Configuration(proxyBeanMethods = false)
	static class AnyCase implements WebMvcConfigurer {

		@Override
		public void configurePathMatch(PathMatchConfigurer configurer) {
			PathPatternParser parser = new PathPatternParser();
			parser.setCaseSensitive(false);
			configurer.setPatternParser(parser);
		}

		@Bean
		UrlHandlerFilter trailingSlash() {
			return UrlHandlerFilter.trailingSlashHandler("/**").wrapRequest().build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EncodedSlash {

		@Bean
		WebServerFactoryCustomizer<TomcatServletWebServerFactory> encodedSlash() {
			return (factory) -> factory.addConnectorCustomizers(
					(connector) -> connector.setEncodedSolidusHandling(EncodedSolidusHandling.DECODE.getValue()));
		}

	}

}
