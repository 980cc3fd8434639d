package io.github.ratelimit.apps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.registry.LimitRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.retry.annotation.Backoff;
import org.springframework.retry.annotation.EnableRetry;

/** A limited method that is retried takes one permit for all attempts. */
class RetryTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("ratelimit.limits.calls.rate=2/h", "ratelimit.limits.calls.key=global");

	@Test
	void attemptsOfSpringFrameworkTakeOnePermit() {
		this.runner.withUserConfiguration(Resilient.class).run((context) -> {
			Flaky flaky = context.getBean(Flaky.class);
			assertThat(flaky.ofFramework()).isEqualTo("attempt 3");
			assertThat(allowed(context.getBean(LimitRegistry.class))).isEqualTo(1);
		});
	}

	@Test
	void attemptsOfSpringRetryTakeOnePermit() {
		this.runner.withUserConfiguration(Retrying.class).run((context) -> {
			Flaky flaky = context.getBean(Flaky.class);
			assertThat(flaky.ofSpringRetry()).isEqualTo("attempt 3");
			assertThat(allowed(context.getBean(LimitRegistry.class))).isEqualTo(1);
		});
	}

	@Test
	void aRefusalIsNotRetried() {
		this.runner.withUserConfiguration(Resilient.class).run((context) -> {
			Flaky flaky = context.getBean(Flaky.class);
			flaky.ofFramework();
			flaky.ofFramework();
			assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(flaky::ofFramework);
			assertThat(context.getBean(LimitRegistry.class).get("calls").statistics().denied()).isEqualTo(1);
		});
	}

	private static long allowed(LimitRegistry registry) {
		return registry.get("calls").statistics().allowed();
	}

	@Configuration
	@EnableAutoConfiguration
	@EnableResilientMethods
	static class Resilient {

		@Bean
		Flaky flaky() {
			return new Flaky();
		}

	}

	@Configuration
	@EnableAutoConfiguration
	@EnableRetry
	static class Retrying {

		@Bean
		Flaky flaky() {
			return new Flaky();
		}

	}

	static class Flaky {

		private final AtomicInteger attempts = new AtomicInteger();

		@RateLimited("calls")
		@org.springframework.resilience.annotation.Retryable(maxRetries = 2, delay = 1)
		public String ofFramework() {
			return attempt();
		}

		@RateLimited("calls")
		@org.springframework.retry.annotation.Retryable(maxAttempts = 3, backoff = @Backoff(delay = 1))
		public String ofSpringRetry() {
			return attempt();
		}

		private String attempt() {
			int attempt = this.attempts.incrementAndGet();
			if (attempt % 3 != 0) {
				throw new IllegalStateException("Try again");
			}
			return "attempt " + attempt;
		}

	}

}
