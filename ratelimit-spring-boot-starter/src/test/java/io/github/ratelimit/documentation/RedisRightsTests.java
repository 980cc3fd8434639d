package io.github.ratelimit.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Decision;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitRedisAutoConfiguration;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** The rights that docs/redis.md lists are enough for every kind of limit. */
@Tag("redis")
@Tag("version-independent")
@ExtendWith(OutputCaptureExtension.class)
class RedisRightsTests {

	private static final Pattern COMMAND = Pattern.compile("redis-cli (ACL SETUSER (?:[^\n\\\\]|\\\\\n)*)");

	private static final String[] LIMITS = { "bucket.rate=5/h", "fixed.rate=5/h", "fixed.algorithm=fixed-window",
			"sliding.rate=5/h", "sliding.algorithm=sliding-window", "counter.rate=5/h",
			"counter.algorithm=sliding-window-counter", "log.rate=5/h", "log.algorithm=sliding-window-log",
			"slots.max-concurrent=5", "paced.rate=5/s", "paced.max-wait=1s", "leased.rate=1000/s", "leased.lease=100ms",
			"banned.rate=5/h", "banned.ban-after=1 denial in 1h for 1h" };

	@Test
	void theRightsAreEnough(CapturedOutput output) {
		try (RedisServer server = RedisServer.start()) {
			server.command(rights());
			runner(server).run((context) -> {
				RateLimiter limiter = context.getBean(RateLimiter.class);
				for (RegisteredLimit limit : context.getBean(LimitRegistry.class).all()) {
					for (int i = 0; i < 7; i++) {
						Decision decision = limiter.acquire(limit.name(), "ann");
						assertThat(decision.isDegraded()).as(limit.name()).isFalse();
						if (decision.isAllowed() && i % 2 == 1) {
							decision.permit().giveBack();
						}
					}
					assertThat(context.getBean(LimitStore.class).keys(limit.handle(), null, 10).keys()).as(limit.name())
						.hasSize(1);
				}
				assertThat(context.getBean(LimitStore.class).status()).isEqualTo("up");
				aChangeOfSettingsArrives(context, server);
			});
			assertThat(output).doesNotContain("NOPERM", "Redis fails", "Redis is not ready", "cannot be renewed");
		}
	}

	@Test
	void aMissingRightToReadChangesIsWarnedOf(CapturedOutput output) {
		try (RedisServer server = RedisServer.start()) {
			server.command(rights());
			server.command("ACL", "SETUSER", "shop", "-hlen");
			runner(server).run((context) -> Polling.until(Duration.ofSeconds(30), "a warning",
					() -> output.getAll().contains("does not see which settings other instances change")));
			assertThat(output).contains("can't run this command");
		}
	}

	/** What an instance changes has to arrive at the others. */
	private static void aChangeOfSettingsArrives(AssertableApplicationContext context, RedisServer server) {
		runner(server).run((other) -> {
			context.getBean(LimitChanges.class).changeAll(Map.of("mode", "shadow"), null);
			Polling.until(Duration.ofSeconds(20), "the other instance has the change",
					() -> other.getBean(KillSwitch.class).mode() == LimitMode.SHADOW);
		});
	}

	private static String[] rights() {
		Matcher command = COMMAND.matcher(Page.named("docs/redis.md").text());
		assertThat(command.find()).isTrue();
		return command.group(1).replace("\\\n", " ").replace("'", "").trim().split("\\s+");
	}

	private static ApplicationContextRunner runner(RedisServer server) {
		RedisStandaloneConfiguration shop = new RedisStandaloneConfiguration(RedisServer.HOST, server.port());
		shop.setUsername("shop");
		shop.setPassword("secret");
		ApplicationContextRunner runner = new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(RateLimitRedisAutoConfiguration.class, RateLimitAutoConfiguration.class))
			.withBean(RedisConnectionFactory.class, () -> new LettuceConnectionFactory(shop))
			.withPropertyValues("ratelimit.store=redis", "ratelimit.redis.deadline=" + Duration.ofSeconds(10));
		for (String limit : LIMITS) {
			String name = limit.substring(0, limit.indexOf('.'));
			runner = runner.withPropertyValues("ratelimit.limits." + limit,
					"ratelimit.limits." + name + ".key=attribute('x')");
		}
		return runner;
	}

}
