package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.web.server.RunningServer.Answer;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Unusual input from a client neither bypasses limits nor causes errors. */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
abstract class BadInputContract {

	private final RunningServer server;

	private final String path;

	private int reachedBefore;

	BadInputContract(String contextPath, String servletPath) {
		this.server = RunningServer.withoutSecurity("server.servlet.context-path=" + contextPath,
				"spring.mvc.servlet.path=" + (servletPath.isEmpty() ? "/" : servletPath),
				"ratelimit.limits.chat.rate=2/d", "ratelimit.limits.chat.key[0]=header('X-API-Key')",
				"ratelimit.limits.chat.key[1]=ip", "ratelimit.limits.address.rate=5/d",
				"ratelimit.limits.address.key=ip", "ratelimit.http.rules[0].path=" + servletPath + "/v1/**",
				"ratelimit.http.rules[0].limits=address,chat");
		this.path = contextPath + servletPath + "/v1/chat";
	}

	@BeforeEach
	void tomorrow() {
		this.server.bean(ManualTime.class).advance(Duration.ofDays(1));
		this.reachedBefore = this.server.reached();
	}

	@AfterAll
	void stop() {
		this.server.close();
	}

	@Test
	void aForwardedHeaderOfAClientIsNotTrustedAndIsOneWarning(CapturedOutput output) throws IOException {
		int allowed = 0;
		for (int i = 0; i < 10; i++) {
			allowed += (this.server.get(this.path, "X-API-Key: key" + i, "X-Forwarded-For: 198.51.100." + i)
				.status() == 200) ? 1 : 0;
		}
		assertThat(allowed).isEqualTo(5);
		assertThat(output).containsOnlyOnce("forward-headers-strategy is not set").doesNotContain("198.51.100.");
	}

	@Test
	void anAddressThatInventsKeysIsStoppedByTheLimitPerAddress() throws IOException {
		int allowed = 0;
		for (int i = 0; i < 1_000; i++) {
			allowed += (get("invented" + i).status() == 200) ? 1 : 0;
		}
		assertThat(allowed).isEqualTo(5);
		assertThat(this.server.reached() - this.reachedBefore).isEqualTo(5);
	}

	@ParameterizedTest
	@ValueSource(strings = { "a\"b;r=999", "a\\b", "a,b;c=d", "\u00fc\u00e4", "a\tb", "${jndi:ldap://x}",
			"#{T(java.lang.Runtime)}" })
	void aKeyWithAnyContentBreaksNoHeader(String key) throws IOException {
		for (int i = 0; i < 3; i++) {
			Answer answer = get(key);
			assertThat(answer.status()).isEqualTo((i < 2) ? 200 : 429);
			assertThat(answer.header("RateLimit")).matches("\"address\";r=\\d+;t=\\d+, ?\"chat\";r=\\d+;t=\\d+");
			assertThat(answer.body()).doesNotContain(key);
		}
	}

	@Test
	void aKeyWithALineBreakIsRejectedByTheContainer() throws IOException {
		Answer answer = get("a\rX-Injected: 1");
		assertThat(answer.headers()).doesNotContainKey("x-injected");
		assertThat(answer.status()).isEqualTo(400);
	}

	private Answer get(String key) throws IOException {
		return this.server.get(this.path, "X-API-Key: " + key);
	}

}
