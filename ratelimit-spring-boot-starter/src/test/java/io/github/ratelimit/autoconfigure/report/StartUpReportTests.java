package io.github.ratelimit.autoconfigure.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.PlanResolver;
import io.github.ratelimit.Rate;
import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitRedisAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitWebAutoConfiguration;
import io.github.ratelimit.autoconfigure.StartUp;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The report of the limits in the log at start-up. */
@ExtendWith(OutputCaptureExtension.class)
class StartUpReportTests {

	private static final String NOT_BOUND = "is not bound to a path or a method";

	@Test
	void theLineOfALimitShowsRatesKeysStoreAndWhatIsLimited(CapturedOutput output) {
		StartUp.ofLimit("rate: [60/min burst 90, 5/s]", "key: [header('X-API-Key'), ip]")
			.with(Binding.class)
			.succeeds((context) -> {
				assertThat(lines(output, "INFO")).containsExactly(
						"Limit 'chat': token-bucket 5/s, 60/min burst 90; key header('X-API-Key'), else ip; "
								+ "store memory; bound to ChatController.chat, POST /v1/**");
				assertThat(output).doesNotContain(NOT_BOUND);
			});
	}

	@Test
	void theLineOfALimitShowsWhatHappensWithoutKey(CapturedOutput output) {
		StartUp.ofLimit("rate: 5/s", "key: user", "on-missing-key: skip")
			.succeeds((context) -> assertThat(lines(output, "INFO")).containsExactly(
					"Limit 'chat': token-bucket 5/s; key user; on missing key skip; store memory; bound to nothing"));
	}

	@Test
	void theLineOfALimitShowsWhichCallsAreExempt(CapturedOutput output) {
		StartUp.ofLimit("rate: 5/s", "key: ip", "unless: hasRole('OPS') or inSubnet('10.0.0.0/8')")
			.succeeds((context) -> assertThat(lines(output, "INFO"))
				.containsExactly("Limit 'chat': token-bucket 5/s; key ip; unless hasRole('OPS') or "
						+ "inSubnet('10.0.0.0/8'); store memory; bound to nothing"));
	}

	@Test
	void theLineOfALimitShowsAlgorithmPlansPenaltyAndMode(CapturedOutput output) {
		StartUp.of("""
				ratelimit:
				  limits:
				    a:
				      rate: 10/min
				      key: ip
				      algorithm: sliding-window
				      segments: 10
				      plan: claim('plan')
				      plans: {pro: [50/s, 600/min], free: 5/min}
				      ban-after: 20 denials in 10min for 1h
				      mode: shadow
				    b: {rate: 10/s, key: ip, max-wait: 2s, max-waiting: 5}
				    c: {max-concurrent: 10, key: ip, plans: {pro: 20}}
				    d: {rate: 10/s, key: ip, algorithm: fixed-window, cost: 5, settle: attribute('usage')}
				    e: {rate: 5/15min, key: ip, count-when: status == 401}
				""")
			.with(Resolver.class)
			.succeeds((context) -> assertThat(lines(output, "INFO")).containsExactly(
					"Limit 'a': sliding-window of 10 segments 10/min; key ip; plans free 5/min, pro 50/s, 600/min by "
							+ "claim('plan'); bans after 20 denials in 10min for 1h; in shadow mode: refuses nothing; "
							+ "store memory; bound to nothing",
					"Limit 'b': token-bucket 10/s, waits up to 2s (5 calls at a time); key ip; store memory; "
							+ "bound to nothing",
					"Limit 'c': 10 at once; key ip; plans pro 20 at once by PlanResolver; store memory; bound to nothing",
					"Limit 'd': fixed-window 10/s; key ip; cost 5; settled by attribute('usage'); store memory; "
							+ "bound to nothing",
					"Limit 'e': token-bucket 5/15min; key ip; counts when status == 401; store memory; "
							+ "bound to nothing"));
	}

	@Test
	void shadowModeForAllLimitsIsAWarning(CapturedOutput output) {
		StartUp.of("ratelimit.mode: shadow").succeeds((context) -> {
			assertThat(context.getBean(KillSwitch.class).mode()).isEqualTo(LimitMode.SHADOW);
			assertThat(output).contains("The limits are in shadow mode: ratelimit.mode is shadow");
		});
	}

	@Test
	void everyLimitHasOneLine(CapturedOutput output) {
		StartUp.of("""
				ratelimit:
				  limits:
				    b: {rate: 1/s, key: ip}
				    a: {rate: 2/s, key: global}
				""")
			.succeeds((context) -> assertThat(lines(output, "INFO")).containsExactly(
					"Limit 'a': token-bucket 2/s; key global; store memory; bound to nothing",
					"Limit 'b': token-bucket 1/s; key ip; store memory; bound to nothing"));
	}

	@Test
	void theLineOfASharedLimitShowsHowItIsShared(CapturedOutput output) {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, RateLimitAutoConfiguration.class,
					RateLimitRedisAutoConfiguration.class))
			.withUserConfiguration(Registering.class)
			.withPropertyValues("ratelimit.store=redis", "ratelimit.redis.deadline=1s",
					"ratelimit.on-store-failure=allow", "ratelimit.limits.a.rate=1000/s",
					"ratelimit.limits.a.key=global", "ratelimit.limits.a.lease=100ms", "ratelimit.limits.b.rate=2/s",
					"ratelimit.limits.b.key=ip", "ratelimit.limits.b.on-store-failure=deny")
			.run((context) -> assertThat(lines(output, "INFO")).containsExactly(
					"Limit 'Mailer.send': token-bucket 3/h; store redis, deadline 1s, on store failure allow; "
							+ "bound to Mailer.send",
					"Limit 'a': token-bucket 1000/s; key global; store redis, deadline 1s, on store failure allow, "
							+ "lease 100ms; bound to nothing",
					"Limit 'b': token-bucket 2/s; key ip; store redis, deadline 1s, on store failure deny; "
							+ "bound to nothing"));
	}

	@Test
	void anUnboundLimitIsAWarning(CapturedOutput output) {
		StartUp.ofLimit("rate: 5/s", "key: ip")
			.succeeds((context) -> assertThat(lines(output, "WARN")).contains(
					"Limit 'chat' is not bound to a path or a method: it limits only code that calls RateLimiter with its name. "
							+ "Bind it by @RateLimited(\"chat\") on a method [RL504]"));
	}

	@Test
	void rulesAreSuggestedIfAFilterReadsThem(CapturedOutput output) {
		new WebApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(RateLimitAutoConfiguration.class, RateLimitWebAutoConfiguration.class))
			.withPropertyValues("ratelimit.limits.chat.rate=5/s", "ratelimit.limits.chat.key=ip")
			.run((context) -> assertThat(lines(output, "WARN")).anySatisfy((line) -> assertThat(line).endsWith(
					"Bind it by a rule (ratelimit.http.rules[0].limits: chat) or by @RateLimited(\"chat\") on a method [RL504]")));
	}

	@Test
	void limitsOfLazyBeansAreNoWarning(CapturedOutput output) {
		StartUp.ofLimit("rate: 5/s", "key: ip")
			.property("spring.main.lazy-initialization=true")
			.succeeds((context) -> assertThat(output).contains("Limit 'chat'").doesNotContain(NOT_BOUND));
	}

	@Test
	void aLimitThatCodeRegistersHasALine(CapturedOutput output) {
		StartUp.of("")
			.with(Registering.class)
			.succeeds((context) -> assertThat(lines(output, "INFO"))
				.contains("Limit 'Mailer.send': token-bucket 3/h; store memory; bound to Mailer.send"));
	}

	@Test
	void disabledLimitsAreAWarning(CapturedOutput output) {
		StartUp.ofLimit("rate: 5/s", "key: ip")
			.property("ratelimit.enabled=false")
			.succeeds((context) -> assertThat(lines(output, "WARN")).contains(
					"The limits are switched off: ratelimit.enabled is false, and every call is allowed [RL501]"));
	}

	@Test
	void enabledLimitsAreNotReportedAsDisabled(CapturedOutput output) {
		StartUp.ofLimit("rate: 5/s", "key: ip")
			.succeeds((context) -> assertThat(output).doesNotContain("switched off", "There are no limits",
					"limit nothing"));
	}

	@Test
	void anApplicationWithoutLimitsIsAWarning(CapturedOutput output) {
		StartUp.of("")
			.succeeds((context) -> assertThat(lines(output, "WARN"))
				.contains("There are no limits, so nothing is limited. Write them below ratelimit.limits, "
						+ "for example ratelimit.limits.everyone.rate: 1000/min and ratelimit.limits.everyone.key: global "
						+ "[RL503]"));
	}

	@Test
	void rulesOutsideOfAServletApplicationAreOneWarning(CapturedOutput output) {
		StartUp.ofLimit("rate: 5/s", "key: ip")
			.property("ratelimit.http.rules[0].path=/v1/**")
			.property("ratelimit.http.rules[0].limits=chat")
			.succeeds((context) -> assertThat(lines(output, "WARN"))
				.containsExactly("The rules of ratelimit.http.rules (1) limit nothing: "
						+ "they need the filter of a servlet web application, and there is none. "
						+ "Put @RateLimited on the methods that serve the requests [RL505]"));
	}

	@Test
	void theLineOfALimitShowsTheRulesOfAServletApplication(CapturedOutput output) {
		new WebApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(RateLimitAutoConfiguration.class, RateLimitWebAutoConfiguration.class))
			.withPropertyValues("ratelimit.limits.chat.rate=5/s", "ratelimit.limits.chat.key=ip",
					"ratelimit.http.rules[0].path=/v1/**", "ratelimit.http.rules[0].methods=POST",
					"ratelimit.http.rules[0].limits=chat")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(lines(output, "INFO"))
					.containsExactly("Limit 'chat': token-bucket 5/s; key ip; store memory; bound to POST /v1/**");
				assertThat(output).doesNotContain("limit nothing", NOT_BOUND);
			});
	}

	@Test
	void theLineOfAPacedLimitShowsHowManyThreadsItsCallsHold(CapturedOutput output) {
		new WebApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(RateLimitAutoConfiguration.class, RateLimitWebAutoConfiguration.class))
			.withPropertyValues("ratelimit.limits.chat.rate=5/s", "ratelimit.limits.chat.key=ip",
					"ratelimit.limits.chat.max-wait=2s", "server.tomcat.threads.max=64", "server.jetty.threads.max=64")
			.run((context) -> assertThat(lines(output, "INFO")).anySatisfy(
					(line) -> assertThat(line).contains("at most 16 of 64 request threads wait, 8 for one key")));
	}

	@Test
	void childContextsDoNotRepeatTheReport(CapturedOutput output) {
		StartUp.ofLimit("rate: 5/s", "key: ip").succeeds((context) -> {
			try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
				child.setParent(context);
				child.refresh();
			}
			assertThat(output.toString().split("Limit 'chat': ", -1)).hasSize(2);
		});
	}

	/** Returns the report's messages of a level, without the layout of the log. */
	private static List<String> lines(CapturedOutput output, String level) {
		return output.toString()
			.lines()
			.filter((line) -> line.contains(level) && line.contains("StartUpReport"))
			.map((line) -> line.replaceFirst(".*?StartUpReport *(--|:) ", ""))
			.toList();
	}

	/** Binds a limit as late as a bean can. */
	@Configuration(proxyBeanMethods = false)
	static class Binding {

		@Bean
		SmartInitializingSingleton binder(LimitRegistry registry) {
			return () -> {
				registry.get("chat").bindTo("POST /v1/**");
				registry.get("chat").bindTo("ChatController.chat");
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Registering {

		@Bean
		SmartInitializingSingleton registering(LimitRegistry registry) {
			return () -> registry.register(Limit.of("Mailer.send", Rate.parse("3/h")), List.of()).bindTo("Mailer.send");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Resolver {

		@Bean
		PlanResolver resolver() {
			return (String limit, Key key) -> "pro";
		}

	}

}
