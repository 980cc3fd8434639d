package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every request releases its slot, however it ends. */
class RandomEndingsTests {

	/** A stream detects a disconnected client when its next write fails. */
	private static final Duration PATIENCE = Duration.ofSeconds(20);

	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void hundredsOfRequestsReleaseTheirSlots(String webServer) throws Exception {
		endings(webServer, 300);
	}

	@Tag("soak")
	@Timeout(value = 30, unit = TimeUnit.MINUTES)
	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void thousandsOfRequestsReleaseTheirSlots(String webServer) throws Exception {
		endings(webServer, Integer.getInteger("test.soak.endings", 10_000));
	}

	private static void endings(String webServer, int requests) throws Exception {
		try (RandomEndings endings = new RandomEndings(webServer)) {
			endings.run(requests, 16);
			await().atMost(PATIENCE).untilAsserted(() -> assertThat(endings.taken()).isEmpty());
		}
	}

}
