package io.github.ratelimit.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Configuration;

/** Two applications that share a Redis. */
@Tag("redis")
class ChangesOnTwoInstancesTests {

	private static final String RATE = "\"rates\":[\"5/s\",\"60/min\"]";

	@Test
	void aChangeOnOneHoldsOnBothAndOnOneThatStartsLater() throws Exception {
		try (RedisServer redis = RedisServer.start();
				EndpointApplication one = start(redis);
				EndpointApplication other = start(redis)) {
			assertThat(one.post("/chat", "{\"rate\":\"5/s, 60/min\",\"mode\":\"shadow\"}").statusCode()).isEqualTo(204);
			assertThat(one.get("/chat").body()).contains(RATE);
			Polling.until(Duration.ofSeconds(30), "the change holds", () -> got(() -> other.get("/chat").body(), RATE));
			try (EndpointApplication later = start(redis)) {
				assertThat(later.get("/chat").body()).contains(RATE, "\"mode\":\"shadow\"",
						"\"changed\":{\"mode\":{\"configured\":\"enforce\",\"value\":\"shadow\"},\"rate\":{");
			}
			assertThat(other.post("/chat", "{\"rate\":null,\"mode\":null}").statusCode()).isEqualTo(204);
			Polling.until(Duration.ofSeconds(30), "the change is withdrawn",
					() -> got(() -> one.get("/chat").body(), "\"rates\":[\"10/min\"]"));

			redis.stop();
			assertThat(one.post("/chat", "{\"rate\":\"1/s\"}")).satisfies((response) -> {
				assertThat(response.statusCode()).isEqualTo(503);
				// until the end of the connection is seen, a call is sent and gets no
				// reply
				assertThat(response.body()).contains(": Redis cannot be asked now")
					.containsAnyOf("Nothing was changed", "It is not known whether this was changed");
			});
		}
	}

	private static boolean got(Callable<String> request, String text) {
		try {
			return request.call().contains(text);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static EndpointApplication start(RedisServer redis) {
		return EndpointApplication.start(NoStore.class, "management.endpoint.ratelimits.access=unrestricted",
				"ratelimit.store=redis", "spring.data.redis.port=" + redis.port(), "ratelimit.limits.chat.rate=10/min",
				"ratelimit.limits.chat.key=ip");
	}

	@Configuration(proxyBeanMethods = false)
	static class NoStore {

	}

}
