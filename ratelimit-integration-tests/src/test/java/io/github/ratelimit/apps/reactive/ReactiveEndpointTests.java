package io.github.ratelimit.apps.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** Requests to the endpoint in a WebFlux application that cannot be read. */
class ReactiveEndpointTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "--spring.webflux.base-path=/shop | local.server.port | /shop/actuator",
			"--management.server.port=0 --management.server.address=127.0.0.1 | local.management.port | /actuator" })
	void theReasonIsInTheBody(String arguments, String port, String base) throws Exception {
		String[] all = (arguments + " --server.port=0 --server.address=127.0.0.1"
				+ " --spring.main.web-application-type=reactive --spring.main.banner-mode=off --logging.level.root=warn"
				+ " --management.endpoints.web.exposure.include=ratelimits"
				+ " --management.endpoint.ratelimits.access=unrestricted --ratelimit.limits.chat.rate=1/h"
				+ " --ratelimit.limits.chat.key=global")
			.split(" ");
		try (ConfigurableApplicationContext context = new SpringApplication(Application.class).run(all)) {
			String endpoint = "http://127.0.0.1:" + context.getEnvironment().getRequiredProperty(port) + base
					+ "/ratelimits";
			assertIsExplained(post(endpoint, "{\"mode\": [1]}"), "Write {\"enabled\": false}");
			assertIsExplained(post(endpoint + "/chat", "{\"plans\": {\"pro\": \"600/min\"}}"),
					"look at 'plans'. Write for example");
			assertIsExplained(post(endpoint + "/chat", "{\"rate\": "), "Write for example {\"rate\": ");
			assertIsExplained(post(endpoint + "/chat/global", "ban"), "Write {\"ban\": \"1h\"}");
			assertThat(post(endpoint + "/chat", "{\"rate\": \"2/h\"}").statusCode()).isEqualTo(204);

			HttpResponse<String> history = send(HttpRequest.newBuilder(URI.create(endpoint + "?history=maybe")));
			assertThat(history.statusCode()).isEqualTo(400);
			assertThat(history.body()).contains("history is 'maybe'. Write true or false");
		}
	}

	private static void assertIsExplained(HttpResponse<String> response, String remedy) {
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(response.body().replace("\\\"", "\"")).startsWith("{\"title\":\"Bad Request\",\"status\":400,")
			.contains(" is not one JSON object whose values are texts, numbers, true, false or null", remedy);
	}

	private static HttpResponse<String> post(String uri, String json) throws Exception {
		return send(HttpRequest.newBuilder(URI.create(uri))
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(json)));
	}

	/** Over a connection of its own, for the reason that ReactivePageTests state. */
	private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
		return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
