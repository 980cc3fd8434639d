package io.github.ratelimit.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.store.OutageStore;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the endpoint and the health show during an outage of the store. */
@Tag("version-independent")
class StoreOutageTests {

	private static final KeySource HEADER = new KeySource("header('X-API-Key')", Key.VALUE_KIND);

	private static EndpointApplication application;

	@BeforeAll
	static void start() {
		application = EndpointApplication.start(Outage.class, "management.endpoint.ratelimits.access=unrestricted");
		application.limit("chat", "10/h", HEADER);
		application.limit("login", "5/h", HEADER);
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@BeforeEach
	void back() {
		application.bean(OutageStore.class).down(false);
	}

	@Test
	void storeAndLimitsAreShownAsDegraded() throws Exception {
		assertThat(application.get("").body())
			.contains("\"store\":{\"type\":\"test\",\"status\":\"up\",\"instances\":1}");

		application.bean(OutageStore.class).down(true);
		application.call("chat", Key.of("alice"), 3);
		application.call("login", Key.of("alice"), 2);
		HttpResponse<String> response = application.get("");

		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).contains("\"store\":{\"type\":\"test\",\"status\":\"degraded\",\"instances\":1}")
			.containsPattern("\"chat\":\\{[^}]*\"degraded\":3,")
			.containsPattern("\"login\":\\{[^}]*\"degraded\":2,");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/chat", "/chat/alice", "/chat/k_00000000000000000000000000000000" })
	void keysAreUnavailable(String path) throws Exception {
		application.call("chat", Key.of("alice"), 1);
		assertThat(application.get(path).statusCode()).isNotEqualTo(503);
		application.bean(OutageStore.class).down(true);

		assertUnavailable(application.get(path));
	}

	@Test
	void aKeyCannotBeReset() throws Exception {
		application.call("login", Key.of("alice"), 1);
		application.bean(OutageStore.class).down(true);

		assertUnavailable(application.delete("/login/alice"));

		application.bean(OutageStore.class).down(false);
		assertThat(application.delete("/login/alice").statusCode()).isEqualTo(204);
	}

	@Test
	void anUnknownLimitIsStillNotFound() throws Exception {
		application.bean(OutageStore.class).down(true);

		assertThat(application.get("/chta").statusCode()).isEqualTo(404);
		assertThat(application.get("/chat?size=0").statusCode()).isEqualTo(400);
	}

	@Test
	void theHealthShowsTheOutageAndKeepsTheInstanceInService() throws Exception {
		assertThat(application.health("/ratelimit").body())
			.isEqualTo("{\"details\":{\"store\":\"test\",\"status\":\"up\"},\"status\":\"UP\"}");

		application.bean(OutageStore.class).down(true);

		HttpResponse<String> component = application.health("/ratelimit");
		assertThat(component.statusCode()).isEqualTo(200);
		assertThat(component.body()).contains("\"status\":\"UNKNOWN\"", "\"status\":\"degraded\"",
				"\"limits\":{\"chat\":\"share\",\"login\":\"share\"}");
		HttpResponse<String> whole = application.health("");
		assertThat(whole.statusCode()).isEqualTo(200);
		assertThat(whole.body()).contains("\"UNKNOWN\"").endsWith("\"status\":\"UP\"}");
	}

	private static void assertUnavailable(HttpResponse<String> response) {
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
		assertThat(response.body()).isEqualTo("{\"title\":\"Service Unavailable\",\"status\":503,"
				+ "\"detail\":\"Keys can be neither shown nor reset while their store does not answer: "
				+ "The test store does not answer\"}");
	}

	@Configuration(proxyBeanMethods = false)
	static class Outage {

		@Bean
		OutageStore outageStore(ManualTime time) {
			return new OutageStore(time, Map.of("login", OnStoreFailure.DENY));
		}

	}

}
