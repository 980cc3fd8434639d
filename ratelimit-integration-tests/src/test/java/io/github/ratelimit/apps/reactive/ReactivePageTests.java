package io.github.ratelimit.apps.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** The page of the endpoint in a WebFlux application. */
class ReactivePageTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "--spring.webflux.base-path=/shop | local.server.port | /shop/actuator",
			"--management.server.port=0 --management.server.address=127.0.0.1 --management.server.base-path=/ops --management.endpoints.web.base-path=/manage"
					+ " | local.management.port | /ops/manage" })
	void aBrowserGetsThePageAndEverythingElseJson(String arguments, String port, String base) throws Exception {
		String[] all = (arguments + " --server.port=0 --server.address=127.0.0.1"
				+ " --spring.main.web-application-type=reactive --spring.main.banner-mode=off --logging.level.root=warn"
				+ " --management.endpoints.web.exposure.include=ratelimits --ratelimit.limits.chat.rate=1/h"
				+ " --ratelimit.limits.chat.key=global")
			.split(" ");
		try (ConfigurableApplicationContext context = new SpringApplication(Application.class).run(all)) {
			String page = "http://127.0.0.1:" + context.getEnvironment().getRequiredProperty(port) + base
					+ "/ratelimits";

			HttpResponse<String> html = get(page, "text/html,application/xhtml+xml,*/*;q=0.8");
			assertThat(html.statusCode()).isEqualTo(200);
			assertThat(html.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
			assertThat(html.headers().firstValue("Content-Security-Policy").orElseThrow())
				.startsWith("default-src 'none'");
			assertThat(html.headers().firstValue("Cache-Control")).hasValue("no-store");
			assertThat(html.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
			assertThat(html.body()).contains("src=\"ratelimits/~/page.js\"").doesNotContain("{{");
			assertThat(get(page, "*/*").body()).startsWith("{\"enabled\":true,");

			HttpResponse<String> script = get(page + "/~/page.js", "*/*");
			assertThat(script.headers().firstValue("Content-Type")).hasValue("text/javascript;charset=UTF-8");
			assertThat(script.body()).contains("import ");
			HttpRequest again = HttpRequest.newBuilder(URI.create(page + "/~/page.js"))
				.header("If-None-Match", script.headers().firstValue("ETag").orElseThrow())
				.build();
			assertThat(send(again).statusCode()).isEqualTo(304);
			assertThat(get(page + "/~/nothing.js", "*/*").statusCode()).isEqualTo(404);
		}
	}

	private static HttpResponse<String> get(String uri, String accept) throws Exception {
		return send(HttpRequest.newBuilder(URI.create(uri)).header("Accept", accept).build());
	}

	/**
	 * Sends each request over a connection of its own: Reactor Netty 1.3.6 and 1.3.7
	 * sometimes do not read the request after one that another thread answered
	 * (reactor-netty issue 4361), and actuator endpoints answer on another thread.
	 */
	private static HttpResponse<String> send(HttpRequest request) throws Exception {
		return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
