package io.github.ratelimit.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** What the endpoint answers to a body that is no JSON, or another one. */
class UnreadableBodyTests {

	private static final String UNRESTRICTED = "management.endpoint.ratelimits.access=unrestricted";

	private static final String[] UNREADABLE = { "{\"plans\": {\"pro\": \"600/min\"}}", "{\"mode\": [\"shadow\"]}",
			"{\"rate\": \"5/s\"", "{rate: 5/s}", "[1]", "\"5/s\"", "7", "no JSON" };

	private static EndpointApplication application;

	@BeforeAll
	static void start() {
		application = EndpointApplication.start(Controller.class, UNRESTRICTED);
		application.limit("chat", "10/min");
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			``          | Write {"enabled": false} or {"mode": "shadow"}.
			/chat       | Write for example {"rate": "5/s, 60/min"}; the rate of a plan is {"plans.pro": "600/min"}.
			/chat/alice | Write {"ban": "1h"}, or {"ban": null} to end the ban.
			""")
	void theReasonIsInTheBodyOfEachOperation(String path, String remedy) throws Exception {
		RegisteredLimit limit = application.bean(LimitRegistry.class).get("chat");
		LimitSettings before = limit.settings();
		for (String json : UNREADABLE) {
			assertIsExplained(application.post(path, json), json, remedy);
			assertIsExplained(application.postAcceptingAnything(path, json), json, remedy);
		}
		assertThat(limit.settings()).isSameAs(before);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					management.endpoints.web.base-path=/ops                   | local.server.port     | /ops/ratelimits
					management.endpoints.web.base-path=/                      | local.server.port     | /ratelimits
					management.endpoints.web.path-mapping.ratelimits=limits   | local.server.port     | /actuator/limits
					server.servlet.context-path=/shop                         | local.server.port     | /shop/actuator/ratelimits
					spring.mvc.servlet.path=/api                              | local.server.port     | /api/actuator/ratelimits
					spring.mvc.problemdetails.enabled=true                    | local.server.port     | /actuator/ratelimits
					management.server.port=0 --management.server.base-path=/m | local.management.port | /m/actuator/ratelimits
					""")
	void theReasonIsThereWhereverTheEndpointIs(String arguments, String port, String path) throws Exception {
		String[] all = (arguments + " --management.server.address=127.0.0.1 --" + UNRESTRICTED).split(" --");
		if (!arguments.contains("management.server.port")) {
			all = new String[] { arguments, UNRESTRICTED };
		}
		try (EndpointApplication moved = EndpointApplication.start(all)) {
			moved.limit("chat", "10/min");
			String server = "http://127.0.0.1:" + moved.bean(Environment.class).getRequiredProperty(port);
			HttpResponse<String> response = post(server + path + "/chat", "{\"plans\": {\"pro\": \"600/min\"}}");
			assertIsExplained(response, "plans", "\"plans.pro\"");
			assertThat(response.body()).contains("true, false or null: look at 'plans'. Write");
		}
	}

	@Test
	void anotherPathIsLeftToTheApplication() throws Exception {
		HttpResponse<String> response = post(application.uri("/actuator-ratelimits").toString(), "no JSON");
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.body()).doesNotContain("is not one JSON object");
	}

	@Test
	void whatIsReadIsChecked() throws Exception {
		String mixed = "{\"rate\": \"5/s\", \"hours\": 7, \"x\": true, \"y\": null}";
		assertThat(application.post("/chat", mixed).statusCode()).isEqualTo(204);
		for (String nothing : new String[] { "", "null", "{}" }) {
			assertThat(application.post("/chat", nothing).body()).contains("There is nothing known in the request.");
		}
	}

	private static void assertIsExplained(HttpResponse<String> response, String json, String remedy) {
		assertThat(response.statusCode()).as(json).isEqualTo(400);
		assertThat(response.headers().firstValue("Content-Type")).as(json).hasValue("application/problem+json");
		assertThat(response.body()).as(json)
			.startsWith("{\"title\":\"Bad Request\",\"status\":400,\"detail\":\"The body");
		assertThat(response.body().replace("\\\"", "\"")).as(json)
			.contains(" is not one JSON object whose values are texts, numbers, true, false or null", remedy);
	}

	private static HttpResponse<String> post(String uri, String json) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(uri))
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(json))
			.build();
		return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Controller extends EndpointApplication.Store {

		@PostMapping("/actuator-ratelimits")
		String take(@RequestBody Question question) {
			return question.text();
		}

	}

	record Question(String text) {
	}

}
