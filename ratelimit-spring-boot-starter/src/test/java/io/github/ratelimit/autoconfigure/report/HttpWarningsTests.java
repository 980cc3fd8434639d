package io.github.ratelimit.autoconfigure.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.RateLimited;
import io.github.ratelimit.ReadsSecurityContext;
import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitMethodAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitRedisAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitWebAutoConfiguration;
import io.github.ratelimit.store.redis.server.SharedRedis;
import io.github.ratelimit.web.path.RulePhase;
import io.github.ratelimit.web.path.Rules;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Rules that limit less than they seem to, and what start-up asks about them. */
@ExtendWith(OutputCaptureExtension.class)
class HttpWarningsTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(RateLimitAutoConfiguration.class, RateLimitWebAutoConfiguration.class))
		.withUserConfiguration(Beans.class)
		.withPropertyValues("ratelimit.limits.key.rate=2/d", "ratelimit.limits.key.key[0]=header('X-API-Key')",
				"ratelimit.limits.key.key[1]=ip", "ratelimit.limits.address.rate=9/d",
				"ratelimit.limits.address.key=ip", "ratelimit.limits.user.rate=9/d", "ratelimit.limits.user.key=user",
				"ratelimit.limits.everyone.rate=9/d", "ratelimit.limits.everyone.key=global",
				"ratelimit.limits.tenant.rate=9/d", "ratelimit.limits.tenant.key=attribute('tenant')",
				"ratelimit.http.rules[0].path=/v1/**");

	@ParameterizedTest
	@CsvSource({ "key, /other/**, address, true", "'key, address', /other/**, address, false",
			"key, /v1/chat, address, false", "key, /**, address, false", "key, /v1/**, everyone, true",
			"tenant, /other/**, address, false", "address, /other/**, key, true", "user, /**, key, false" })
	void keysThatClientsCanInventAreAWarningWithoutALimitByAddressBesideThem(String limits, String otherPath,
			String otherLimits, boolean warns, CapturedOutput output) {
		this.runner
			.withPropertyValues("ratelimit.http.rules[0].limits=" + limits, "ratelimit.http.rules[1].path=" + otherPath,
					"ratelimit.http.rules[1].limits=" + otherLimits)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output.toString().contains("limits calls only by what clients send, in key"))
					.isEqualTo(warns);
			});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "coalesce(header('X-API-Key'), ip) | true", "header('X-API-Key') ?: ip | true",
					"coalesce(header('X-API-Key'), user) | true", "coalesce(ip, header('X-API-Key')) | false",
					"ip ?: header('X-API-Key') | false" })
	void ofSeveralValuesInOneKeyTheFirstDecidesWhetherClientsInventIt(String key, boolean warns,
			CapturedOutput output) {
		this.runner
			.withPropertyValues("ratelimit.limits.mixed.rate=9/d", "ratelimit.limits.mixed.key=" + key,
					"ratelimit.http.rules[0].limits=key", "ratelimit.http.rules[1].path=/v1/**",
					"ratelimit.http.rules[1].limits=mixed")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				String warning = "limits calls only by what clients send, in ";
				assertThat(output.toString().contains(warning + "key: ")).as("bounded by the other").isEqualTo(warns);
				assertThat(output.toString().contains(warning + "mixed: ")).isEqualTo(warns && !key.contains("user"));
			});
	}

	@ParameterizedTest
	@CsvSource({ "HEAD, GET, false", "GET, HEAD, false", "HEAD, POST, true", "POST, GET, true" })
	void aRuleForGetIsAlsoAboutHead(String methods, String otherMethods, boolean warns, CapturedOutput output) {
		this.runner
			.withPropertyValues("ratelimit.http.rules[0].limits=key", "ratelimit.http.rules[0].methods=" + methods,
					"ratelimit.http.rules[1].path=/v1/**", "ratelimit.http.rules[1].limits=address",
					"ratelimit.http.rules[1].methods=" + otherMethods)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output.toString().contains("limits calls only by what clients send, in key"))
					.isEqualTo(warns);
			});
	}

	@Test
	void aRuleWithThePathOfTheServletIsAboutThePathsOfItsControllers(CapturedOutput output) {
		this.runner
			.withPropertyValues("spring.mvc.servlet.path=/srv", "ratelimit.http.rules[0].limits=key",
					"ratelimit.http.rules[1].path=/srv/v1/**", "ratelimit.http.rules[1].limits=address")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).doesNotContain("limits calls only by what clients send, in key");
			});
	}

	@ParameterizedTest
	@CsvSource({ "@silent.plan(), auto, true, false", "@silent.plan(), before-security, false, false",
			"@silent.plan(), after-security, false, true", "@reading.plan(), auto, false, true",
			"@made.plan(), auto, false, true", "@reading.byKey(header('X-API-Key')), auto, false, false",
			"@reading.plan() + @silent.plan(), auto, false, true" })
	void aBeanThatNothingIsStatedOfIsAskedAbout(String plan, String when, boolean asks, boolean after,
			CapturedOutput output) {
		this.runner
			.withPropertyValues("ratelimit.limits.address.plan=" + plan, "ratelimit.limits.address.plans.pro=99/d",
					"ratelimit.http.rules[0].limits=address", "ratelimit.http.rules[0].when=" + when)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output.toString()
					.contains("Limit 'address' calls the bean silent, and nothing states whether it reads the security "
							+ "context. Rule '/v1/**' applies before Spring Security"))
					.isEqualTo(asks);
				assertThat(context.getBean(Rules.class).of(RulePhase.AFTER_SECURITY)).hasSize(after ? 1 : 0);
				assertThat(output).doesNotContain("callers can choose");
			});
	}

	@ParameterizedTest
	@CsvSource({ "limits.everyone.unless, inSubnet('10.0.0.0/8'), everyone",
			"limits.everyone.unless, hasRole('OPS'), none",
			"http.rules[0].unless, inSubnet('10.0.0.0/8'), rule /v1/**" })
	void exemptionsByAnAddressThatClientsCanChooseAreAWarning(String property, String condition, String named,
			CapturedOutput output) {
		this.runner
			.withPropertyValues("server.forward-headers-strategy=framework", "ratelimit.http.rules[0].limits=everyone",
					"ratelimit." + property + "=" + condition)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				String[] warned = output.toString().split(" key is missing: |\\. Clients choose that address")[1]
					.split(", ");
				assertThat(List.of(warned).contains(named)).isEqualTo(!named.equals("none"));
				assertThat(warned).contains("address");
			});
	}

	@Tag("redis")
	@ParameterizedTest
	@CsvSource({ "'key, everyone', 'address, everyone', true", "'key, everyone', everyone, false",
			"everyone, everyone, false", "'everyone, key', address, true", "key, address, false" })
	void aLeaseOfALimitThatIsNeverAloneInARuleIsAWarning(String limits, String otherLimits, boolean warns,
			CapturedOutput output) {
		withRedis("ratelimit.http.rules[0].limits=" + limits, "ratelimit.http.rules[1].path=/other/**",
				"ratelimit.http.rules[1].limits=" + otherLimits)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output.toString().contains("Limit 'everyone' has a lease without effect in its rules"))
					.isEqualTo(warns);
				assertThat(output).doesNotContain("ban-after");
			});
	}

	@Tag("redis")
	@ParameterizedTest
	@CsvSource({ "everyone", "address" })
	void aLeaseOfALimitWhoseKeysCanBeBannedIsAWarning(String banning, CapturedOutput output) {
		withRedis("ratelimit.limits.everyone.key=ip", "ratelimit.http.rules[0].limits=everyone",
				"ratelimit.limits." + banning + ".ban-after=5 denials in 1min for 1h")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output.toString().contains("Limit 'everyone' has a lease without effect, because its keys"))
					.isEqualTo(banning.equals("everyone"));
			});
	}

	/** Returns applications in which everyone's limit has a lease. */
	private WebApplicationContextRunner withRedis(String... properties) {
		return this.runner
			.withConfiguration(
					AutoConfigurations.of(DataRedisAutoConfiguration.class, RateLimitRedisAutoConfiguration.class))
			.withPropertyValues("ratelimit.store=redis", "ratelimit.limits.everyone.rate=1000/s",
					"ratelimit.limits.everyone.lease=100ms", "spring.data.redis.port=" + SharedRedis.server().port())
			.withPropertyValues(properties);
	}

	@ParameterizedTest
	@CsvSource({ "ip + path, true", "path + ip, true", "user, false", "'coalesce(user, ip)', true" })
	void keysThatContainAnAddressThatClientsCanChooseAreAWarning(String key, boolean warns, CapturedOutput output) {
		this.runner
			.withPropertyValues("server.forward-headers-strategy=framework", "ratelimit.http.rules[0].limits=everyone",
					"ratelimit.limits.parts.rate=9/d", "ratelimit.limits.parts.key=" + key,
					"ratelimit.limits.parts.on-missing-key=skip")
			.run((context) -> assertThat(warned(output).contains("parts")).isEqualTo(warns));
	}

	@ParameterizedTest
	@CsvSource({ "limits.tenant.plan, inSubnet('10.0.0.0/8') ? 'inner' : null, tenant",
			"http.rules[0].unless, ip == '10.0.0.1', rule /v1/**" })
	void selectionsByAnAddressThatClientsCanChooseAreAWarning(String property, String expression, String named,
			CapturedOutput output) {
		this.runner
			.withPropertyValues("server.forward-headers-strategy=framework", "ratelimit.http.rules[0].limits=everyone",
					"ratelimit.limits.tenant.on-missing-key=skip", "ratelimit.limits.tenant.plans.inner=99/d",
					"ratelimit.limits.tenant.plan=attribute('plan')", "ratelimit." + property + "=" + expression)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(warned(output)).contains(named);
			});
	}

	@Test
	void methodsThatCountOrExemptByAnAddressThatClientsCanChooseAreAWarning(CapturedOutput output) {
		this.runner.withConfiguration(AutoConfigurations.of(RateLimitMethodAutoConfiguration.class))
			.withBean(Methods.class)
			.withPropertyValues("server.forward-headers-strategy=framework", "ratelimit.http.rules[0].limits=everyone")
			.run((context) -> assertThat(warned(output)).filteredOn((name) -> name.startsWith("method"))
				.containsExactly("method Methods.byAddress", "method Methods.byHeader", "method Methods.exempting",
						"method Methods.withOwnKey"));
	}

	private static List<String> warned(CapturedOutput output) {
		String[] parts = output.toString().split(" key is missing: |\\. Clients choose that address");
		return (parts.length > 1) ? List.of(parts[1].split(", ")) : List.of();
	}

	static class Methods {

		@RateLimited(rate = "1/s", key = "ip")
		public void byAddress() {
		}

		@RateLimited(rate = "1/s", key = "header('X-API-Key')")
		public void byHeader() {
		}

		@RateLimited(value = "everyone", unless = "inSubnet('10.0.0.0/8')")
		public void exempting() {
		}

		@RateLimited(value = "user", key = "ip + #name")
		public void withOwnKey(String name) {
		}

		@RateLimited(rate = "1/s", key = "#name")
		public void byArgument(String name) {
		}

		@RateLimited({ "address", "everyone" })
		public void asConfigured() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Beans {

		@Bean
		Silent silent() {
			return new Silent();
		}

		@Bean
		Reading reading() {
			return new Reading();
		}

		@Bean
		@ReadsSecurityContext
		Silent made() {
			return new Silent();
		}

	}

	static class Silent {

		public String plan() {
			return "pro";
		}

	}

	@ReadsSecurityContext
	static class Reading {

		public String plan() {
			return "pro";
		}

		@ReadsSecurityContext(false)
		public String byKey(String key) {
			return "pro";
		}

	}

}
