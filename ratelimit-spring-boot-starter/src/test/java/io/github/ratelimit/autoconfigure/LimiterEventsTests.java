package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.PermitRequest;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.event.KeyBannedEvent;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.registry.LimitChange;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Metrics and events for waits, bans and shadow mode. */
class LimiterEventsTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(RateLimitAutoConfiguration.class, RateLimitMetricsAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withBean(ManualTime.class)
		.withBean(SimpleMeterRegistry.class)
		.withPropertyValues("ratelimit.limits.login.rate=1/h", "ratelimit.limits.login.key=ip");

	@Test
	void aKeyThatIsRefusedTooOftenIsBannedAndAnEventIsPublished() {
		this.runner.withPropertyValues("ratelimit.limits.login.ban-after=3 denials in 1min for 2h").run((context) -> {
			RateLimiter limiter = context.getBean(RateLimiter.class);
			Application application = context.getBean(Application.class);
			for (int i = 0; i < 3; i++) {
				limiter.tryAcquire("login", "mallory");
				assertThat(application.events).isEmpty();
			}
			limiter.tryAcquire("login", "mallory");
			assertThat(application.events).containsExactly(
					new KeyBannedEvent("login", Key.of(Key.ADDRESS_KIND, "mallory").label(), Duration.ofHours(2)));
			assertThat(application.listened).containsExactly("banned mallory");
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			assertThat(meters.get("ratelimit.bans").tag("limit", "login").counter().count()).isEqualTo(1);

			context.getBean(ManualTime.class).advance(Duration.ofMinutes(90));
			Decision banned = limiter.tryAcquire("login", "mallory");
			assertThat(banned.isAllowed()).isFalse();
			assertThat(banned.violated().get(0).isBanned()).isTrue();
			assertThat(banned.retryAfter()).isEqualTo(Duration.ofMinutes(30));
			assertThat(limiter.tryAcquire("login", "alice").isAllowed()).isTrue();

			context.getBean(ManualTime.class).advance(Duration.ofMinutes(30));
			assertThat(limiter.tryAcquire("login", "mallory").isAllowed()).isTrue();
		});
	}

	@Test
	void waitsAreMeasured() {
		this.runner
			.withPropertyValues("ratelimit.limits.model.rate=10/s", "ratelimit.limits.model.key=ip",
					"ratelimit.limits.model.max-wait=1s")
			.run((context) -> {
				RateLimiter limiter = context.getBean(RateLimiter.class);
				List<PermitRequest> one = List.of(new PermitRequest("model", Key.of("alice"), 1));
				assertThat(limiter.acquireAsync(one)).isCompleted();
				CompletableFuture<Decision> waiting = limiter.acquireAsync(one);
				assertThat(waiting).isNotDone();
				context.getBean(ManualTime.class).advance(Duration.ofMillis(100));
				assertThat(waiting.get(10, TimeUnit.SECONDS).isAllowed()).isTrue();
				assertThat(context.getBean(MeterRegistry.class)
					.get("ratelimit.wait")
					.tag("limit", "model")
					.timer()
					.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(100);
			});
	}

	@Test
	void callsThatWouldHaveBeenRefusedAreCounted() {
		this.runner.withPropertyValues("ratelimit.mode=shadow").run((context) -> {
			RateLimiter limiter = context.getBean(RateLimiter.class);
			for (int i = 0; i < 5; i++) {
				assertThat(limiter.tryAcquire("login", "alice").isAllowed()).isTrue();
			}
			assertThat(context.getBean(MeterRegistry.class)
				.get("ratelimit.decisions")
				.tags("limit", "login", "outcome", "shadow_denied")
				.functionCounter()
				.count()).isEqualTo(4);
		});
	}

	@Test
	void aListenerMayUseTheRateLimiter() {
		this.runner.withBean(ThrottledAlert.class)
			.withPropertyValues("ratelimit.limits.alert.rate=1/h", "ratelimit.limits.alert.key=global")
			.run((context) -> {
				for (String caller : List.of("mallory", "mallory", "eve", "eve")) {
					context.getBean(RateLimiter.class).tryAcquire("login", caller);
				}
				assertThat(context.getBean(ThrottledAlert.class).alerts).containsExactly("login");
			});
	}

	@Test
	void bansArePublishedWithoutMetricsToo() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(RateLimitAutoConfiguration.class))
			.withUserConfiguration(Application.class)
			.withPropertyValues("ratelimit.limits.login.rate=1/h", "ratelimit.limits.login.key=ip",
					"ratelimit.limits.login.ban-after=1 denial in 1min for 2h")
			.run((context) -> {
				context.getBean(RateLimiter.class).tryAcquire("login", "mallory");
				context.getBean(RateLimiter.class).tryAcquire("login", "mallory");
				assertThat(context.getBean(Application.class).events).hasSize(1);
			});
	}

	@Test
	void aListenerReceivesChangesAndOneThatFailsAffectsNone() {
		this.runner.withUserConfiguration(FailingListener.class).run((context) -> {
			LimitChanges changes = context.getBean(LimitChanges.class);
			changes.change("login", Map.of("rate", "5/h"), "ada");
			changes.changeAll(Map.of("mode", "shadow"), null);
			assertThat(context.getBean(Application.class).listened).containsExactly(
					"changed login [Setting[name=rate, before=1/h, after=5/h]] by ada",
					"changed null [Setting[name=mode, before=enforce, after=shadow]] by null");
			assertThat(context.getBean(LimitRegistry.class).get("login").limit().capacity()).isEqualTo(5);
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class FailingListener {

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		RateLimitListener failingListener() {
			return new RateLimitListener() {

				@Override
				public void changed(LimitChange change) {
					throw new IllegalStateException("A listener of the application that fails");
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		final List<KeyBannedEvent> events = new ArrayList<>();

		final List<String> listened = new ArrayList<>();

		@EventListener
		void banned(KeyBannedEvent event) {
			this.events.add(event);
			throw new IllegalStateException("A listener of the application that fails");
		}

		@Bean
		RateLimitListener ownListener() {
			return new RateLimitListener() {

				@Override
				public void banned(RegisteredLimit limit, Key key, Duration ban) {
					Application.this.listened.add("banned " + key.text());
				}

				@Override
				public void changed(LimitChange change) {
					Application.this.listened
						.add("changed " + change.limit() + " " + change.settings() + " by " + change.by());
				}

			};
		}

	}

	static class ThrottledAlert implements RateLimitListener {

		final List<String> alerts = new ArrayList<>();

		private final RateLimiter limiter;

		ThrottledAlert(RateLimiter limiter) {
			this.limiter = limiter;
		}

		@Override
		public void denied(RegisteredLimit limit, LimitDecision decision, long leftOut) {
			if (!limit.name().equals("alert") && this.limiter.tryAcquire("alert", "all").isAllowed()) {
				this.alerts.add(limit.name());
			}
		}

	}

}
