package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.RateLimiter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** A rule and the application's own code count the same caller together. */
@TestInstance(Lifecycle.PER_CLASS)
class KeysInCodeTests {

	private final RunningServer server = RunningServer.withSecurity(Object.class, "spring.security.user.name=alice",
			"spring.security.user.password={noop}secret", "ratelimit.limits.per-user.rate=5/d",
			"ratelimit.limits.per-user.key[0]=user", "ratelimit.limits.per-user.key[1]=ip",
			"ratelimit.limits.per-address.rate=5/d", "ratelimit.limits.per-address.key=ip",
			"ratelimit.limits.per-key.rate=5/d", "ratelimit.limits.per-key.key=header('X-API-Key')",
			"ratelimit.limits.everyone.rate=5/d", "ratelimit.limits.everyone.key=global",
			"ratelimit.limits.per-page.rate=5/d", "ratelimit.limits.per-page.key=coalesce(user + path, ip)",
			"ratelimit.http.rules[0].path=/v1/**",
			"ratelimit.http.rules[0].limits=per-user,per-address,per-key,everyone,per-page");

	@AfterAll
	void stop() {
		this.server.close();
	}

	@Test
	void aTextRefersToTheSameCallerAsTheRule() throws IOException {
		String credentials = Base64.getEncoder().encodeToString("alice:secret".getBytes(StandardCharsets.UTF_8));
		assertThat(this.server.get("/v1/facts", "Authorization: Basic " + credentials, "X-API-Key: k1").status())
			.isEqualTo(200);

		assertThat(remaining("per-user", "alice")).isEqualTo(3);
		assertThat(remaining("per-address", "127.0.0.1")).isEqualTo(3);
		assertThat(remaining("per-address", "[::ffff:127.0.0.1]:4711")).isEqualTo(2);
		assertThat(remaining("per-key", "k1")).isEqualTo(3);
		assertThat(remaining("everyone", "anybody")).isEqualTo(3);
	}

	@Test
	void addressesShareThePrefixThatRequestsShare() {
		assertThat(remaining("per-address", "2001:db8:0:1::1")).isEqualTo(4);
		assertThat(remaining("per-address", "2001:db8:0:1:ffff::2%eth0")).isEqualTo(3);
		assertThat(remaining("per-address", "2001:db8:0:2::1")).isEqualTo(4);
	}

	@Test
	void oneTextCannotBeAComposedKey() {
		RateLimiter limiter = this.server.bean(RateLimiter.class);
		assertThatIllegalArgumentException().isThrownBy(() -> limiter.tryAcquire("per-page", "alice"))
			.withMessageContaining("coalesce(user + path, ip)");
		assertThat(limiter.key("per-user", "bob")).isEqualTo(Key.of(Key.USER_KIND, "bob"));
	}

	private long remaining(String limit, String key) {
		Decision decision = this.server.bean(RateLimiter.class).tryAcquire(limit, key);
		return decision.limits().get(0).remaining();
	}

}
