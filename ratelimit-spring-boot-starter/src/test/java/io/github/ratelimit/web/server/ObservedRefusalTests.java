package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.filter.ServerHttpObservationFilter;

/** Metrics and log lines about the filters. */
@Tag("version-independent")
@ExtendWith(OutputCaptureExtension.class)
class ObservedRefusalTests {

	private static final String[] RULES = { "logging.level.org.springframework.boot=info",
			"ratelimit.limits.chat.rate=1/d", "ratelimit.limits.chat.key=ip", "ratelimit.limits.keyed.rate=1/d",
			"ratelimit.limits.keyed.key=header('X-API-Key')", "ratelimit.limits.keyed.on-missing-key=deny",
			"ratelimit.limits.everyone.rate=100/d", "ratelimit.limits.everyone.key=global",
			"ratelimit.http.rules[0].path=/**", "ratelimit.http.rules[0].limits=everyone",
			"ratelimit.http.rules[1].path=/v1/**", "ratelimit.http.rules[1].limits=chat",
			"ratelimit.http.rules[2].path=/get-only/{id}", "ratelimit.http.rules[2].limits=keyed" };

	@Test
	void aRefusalIsObservedUnderThePathOfItsRule(CapturedOutput output) throws IOException {
		try (RunningServer server = RunningServer.withoutSecurity(Observed.class, RULES)) {
			server.get("/v1/chat");
			assertThat(server.get("/v1/chat").status()).isEqualTo(429);
			assertThat(server.get("/get-only/7").status()).isEqualTo(403);
			assertObserved(server, "/v1/chat", "200");
			assertObserved(server, "/v1/**", "429");
			assertObserved(server, "/get-only/{id}", "403");
			assertThat(output).doesNotContain("was not registered");
		}
	}

	private static void assertObserved(RunningServer server, String uri, String status) {
		MeterRegistry meters = server.bean(Observed.class).meters;
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(meters.getMeters())
				.extracting((meter) -> meter.getId().getName() + " " + meter.getId().getTag("status") + " "
						+ meter.getId().getTag("uri"))
				.contains("http.server.requests " + status + " " + uri));
	}

	/** As Spring Boot configures it on request. */
	@Configuration(proxyBeanMethods = false)
	static class Observed {

		private final MeterRegistry meters = new SimpleMeterRegistry();

		@Bean
		FilterRegistrationBean<ServerHttpObservationFilter> observationFilter() {
			ObservationRegistry observations = ObservationRegistry.create();
			observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(this.meters));
			FilterRegistrationBean<ServerHttpObservationFilter> registration = new FilterRegistrationBean<>(
					new ServerHttpObservationFilter(observations));
			registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
			return registration;
		}

	}

}
