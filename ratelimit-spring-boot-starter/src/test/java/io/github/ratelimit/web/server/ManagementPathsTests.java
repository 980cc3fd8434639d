package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application with paths of its own below those of the management endpoints. */
@TestInstance(Lifecycle.PER_CLASS)
class ManagementPathsTests {

	private final RunningServer server = RunningServer.withoutSecurity(Tenants.class, "ratelimit.limits.all.rate=1/d",
			"ratelimit.limits.all.key=path", "ratelimit.http.rules[0].path=/**", "ratelimit.http.rules[0].limits=all",
			"management.endpoint.health.probes.add-additional-paths=true",
			"management.endpoints.web.exposure.include=health,info");

	@AfterAll
	void stop() {
		this.server.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/v1/chat", "/actuator/info/v1/chat", "/livez/v1/chat" })
	void aHandlerOfTheApplicationIsLimitedOnEveryPath(String path) throws IOException {
		assertThat(this.server.send("POST", path).body()).contains("chat");
		assertThat(this.server.send("POST", path).status()).isEqualTo(429);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator", "/actuator/health", "/actuator/health/liveness", "/actuator/info", "/livez",
			"/readyz" })
	void pathsOfEndpointsAreNotLimited(String path) throws IOException {
		for (int i = 0; i < 3; i++) {
			assertThat(this.server.get(path).status()).isEqualTo(200);
			assertThat(this.server.send("POST", path).status()).isEqualTo(405);
		}
	}

	@Test
	void anEndpointThatIsNotExposedHasNoPath() throws IOException {
		this.server.get("/actuator/env");
		assertThat(this.server.get("/actuator/env").status()).isEqualTo(429);
	}

	@Configuration(proxyBeanMethods = false)
	@Import(TenantChat.class)
	static class Tenants {

	}

	@RestController
	static class TenantChat {

		@PostMapping({ "/{tenant}/v1/chat", "/{tenant}/{project}/v1/chat" })
		String chat(@PathVariable String tenant) {
			return "chat of " + tenant;
		}

	}

}
