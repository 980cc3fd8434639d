package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** All notations of an address that a proxy forwards are one client. */
@Tag("version-independent")
@ExtendWith(OutputCaptureExtension.class)
class ForwardedAddressTests {

	private static RunningServer server(String strategy) {
		return RunningServer.withoutSecurity("server.forward-headers-strategy=" + strategy,
				"ratelimit.limits.address.rate=2/d", "ratelimit.limits.address.key=ip",
				"ratelimit.http.rules[0].path=/v1/**", "ratelimit.http.rules[0].limits=address");
	}

	@ParameterizedTest
	@ValueSource(strings = { "framework", "native" })
	void anotherPortOrNotationGetsNoNewBucket(String strategy) throws IOException {
		try (RunningServer server = server(strategy)) {
			assertThat(server.get("/v1/chat", "X-Forwarded-For: 203.0.113.9:1001").status()).isEqualTo(200);
			assertThat(server.get("/v1/chat", "X-Forwarded-For: 203.0.113.9:1002").status()).isEqualTo(200);
			for (String spelling : List.of("203.0.113.9", "203.0.113.9:1003", "[203.0.113.9]", "[203.0.113.9]:1004",
					"::ffff:203.0.113.9", "[::FFFF:203.0.113.9]:1005", "::ffff:203.0.113.9%eth0", "203.000.113.009")) {
				assertThat(server.get("/v1/chat", "X-Forwarded-For: " + spelling).status()).as(spelling).isEqualTo(429);
			}
			assertThat(server.get("/v1/chat", "X-Forwarded-For: 203.0.113.10:1001").status()).isEqualTo(200);
		}
	}

	@Test
	void textsThatAreNotAddressesAreOneClientAndOneWarning(CapturedOutput output) throws IOException {
		try (RunningServer server = server("framework")) {
			assertThat(server.get("/v1/chat", "X-Forwarded-For: unknown").status()).isEqualTo(200);
			assertThat(server.get("/v1/chat", "X-Forwarded-For: invented-1").status()).isEqualTo(200);
			assertThat(server.get("/v1/chat", "X-Forwarded-For: invented-2").status()).isEqualTo(429);
			assertThat(server.get("/v1/chat", "Forwarded: for=_invented3").status()).isEqualTo(429);
			assertThat(output).containsOnlyOnce("which is not an IP address");
		}
	}

}
