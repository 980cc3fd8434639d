package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Decision;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.NamedBudgets;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.limiter.StoreRateLimiter;
import io.github.ratelimit.provider.HeaderStyle;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.LimitStore;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** A failure of the limiter does not fail the application. */
@Tag("version-independent")
@ExtendWith(OutputCaptureExtension.class)
class FailingLimiterTests {

	private static final String[] LIMIT = { "ratelimit.limits.chat.rate=2/d", "ratelimit.limits.chat.key=ip",
			"ratelimit.http.rules[0].path=/v1/**", "ratelimit.http.rules[0].limits=chat" };

	@Test
	void aLimiterThatThrowsAllowsRequestsAndIsCountedAndLoggedOnce(CapturedOutput output) throws IOException {
		try (RunningServer server = RunningServer.withoutSecurity(BrokenLimiter.class, LIMIT)) {
			for (int i = 1; i <= 5; i++) {
				assertThat(server.get("/v1/chat").status()).isEqualTo(200);
				assertThat(server.reached()).isEqualTo(i);
			}
			assertThat(server.degraded("chat")).isEqualTo(5);
			assertThat(output).containsOnlyOnce("The rate limiter failed");
		}
	}

	@Test
	void aHeaderStyleThatThrowsDoesNotDisableLimits() throws IOException {
		try (RunningServer server = RunningServer.withoutSecurity(BrokenHeaders.class,
				List.of(LIMIT[0], LIMIT[1], LIMIT[2], LIMIT[3], "ratelimit.http.headers=broken")
					.toArray(String[]::new))) {
			assertThat(server.get("/v1/chat").status()).isEqualTo(200);
			assertThat(server.get("/v1/chat").status()).isEqualTo(200);
			assertThat(server.get("/v1/chat").status()).isEqualTo(429);
			assertThat(server.reached()).isEqualTo(2);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class BrokenLimiter {

		@Bean
		RateLimiter forControllers(LimitRegistry registry, LimitStore store, KillSwitch killSwitch,
				LimiterFailures limiterFailures) {
			return StoreRateLimiter.create(registry, store, killSwitch, limiterFailures);
		}

		@Bean
		@Primary
		ChargeLimiter limiter(LimitStore store, KillSwitch killSwitch, LimiterFailures limiterFailures) {
			return new ChargeLimiter(store, NamedBudgets.NONE, killSwitch, limiterFailures, TimeSource.system(),
					RateLimitListener.NONE, WaitingThreadLimit.NONE) {

				@Override
				public Decision tryAcquire(List<Charge> charges) {
					throw new IllegalStateException("A bug of ours");
				}

				@Override
				public Decision acquire(List<Charge> charges) {
					throw new IllegalStateException("A bug of ours");
				}

				@Override
				public CompletableFuture<Decision> acquireAsync(List<Charge> charges) {
					throw new IllegalStateException("A bug of ours");
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BrokenHeaders {

		@Bean
		HeaderStyle broken() {
			return new HeaderStyle() {

				@Override
				public String name() {
					return "broken";
				}

				@Override
				public List<String> headerNames() {
					return List.of("X-Broken");
				}

				@Override
				public void write(List<LimitDecision> limits, Headers headers) {
					throw new IllegalStateException("A bug of the application's own style");
				}

			};
		}

	}

}
