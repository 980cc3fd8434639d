package io.github.ratelimit.store.redis.client;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

/** What the application's connections must have. */
class LettuceConnectionsTests {

	@Test
	void aUnixSocketNeedsANativeTransport() {
		assertThatCode(() -> LettuceConnections.checkTransport("/run/redis.sock", true)).doesNotThrowAnyException();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> LettuceConnections.checkTransport("/run/redis.sock", false))
			.withMessage("needs Netty's native transport for the Unix socket /run/redis.sock, "
					+ "which is not on the class path");
	}

}
