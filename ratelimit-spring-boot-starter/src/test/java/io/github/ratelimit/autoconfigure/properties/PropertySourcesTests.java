package io.github.ratelimit.autoconfigure.properties;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitWebAutoConfiguration;
import io.github.ratelimit.autoconfigure.StartUp;
import io.github.ratelimit.autoconfigure.report.Failures;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** If several sources set a property, failures name the one that won. */
@ExtendWith(OutputCaptureExtension.class)
class PropertySourcesTests {

	@Test
	void aVariableThatOverridesAFileIsNamedWithWhatItOverrides() {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: ip").variable("RATELIMIT_LIMITS_CHAT_RATE", "5/x").failure())
			.contains("""

					    Property: ratelimit.limits.chat.rate
					    Value: "5/x"
					    Origin: System Environment Property "RATELIMIT_LIMITS_CHAT_RATE"
					    Instead of: [file-0.yml] - 4:13
					""");
	}

	@ParameterizedTest
	@CsvSource({ "RATELIMIT_LIMITS_CHAT_RATE, ratelimit.limits.chat.rate, 4",
			"RATELIMIT_LIMITS_CHAT_KEY, ratelimit.limits.chat.key, 5",
			"RATELIMIT_LIMITS_CHAT_COST, ratelimit.limits.chat.cost, 6",
			"RATELIMIT_LIMITS_CHAT_ALGORITHM, ratelimit.limits.chat.algorithm, 7",
			"RATELIMIT_LIMITS_CHAT_ON_MISSING_KEY, ratelimit.limits.chat.on-missing-key, 8",
			"RATELIMIT_LIMITS_CHAT_MAXDEBT, ratelimit.limits.chat.max-debt, 9" })
	void anEmptyVariableIsReportedAsEmpty(String variable, String property, int line) {
		assertThat(StartUp
			.ofLimit("rate: 5/s", "key: ip", "cost: 1", "algorithm: token-bucket", "on-missing-key: ip", "max-debt: 1")
			.variable(variable, "")
			.failure()).contains("Property: " + property + "\n",
					"Origin: System Environment Property \"" + variable + "\", which is empty\n",
					"Instead of: [file-0.yml] - " + line + ":");
	}

	@Test
	void anEmptyVariableWithoutAFileIsReportedAsEmpty() {
		assertThat(StartUp.ofLimit("key: ip").variable("RATELIMIT_LIMITS_CHAT_RATE", "").failure())
			.contains("Origin: System Environment Property \"RATELIMIT_LIMITS_CHAT_RATE\", which is empty\n")
			.doesNotContain("Instead of");
	}

	@Test
	void anElementOfAListThatAVariableReplacesBelongsToTheVariable() {
		assertThat(StartUp.ofLimit("rate: [5/s, 60/min]", "key: ip")
			.variable("RATELIMIT_LIMITS_CHAT_RATE", "5/s, 60/x")
			.failure()).contains("Property: ratelimit.limits.chat.rate[1]\n",
					"Origin: System Environment Property \"RATELIMIT_LIMITS_CHAT_RATE\"\n",
					"Instead of: [file-0.yml] - 4:19 (lists are replaced as a whole, not merged)\n");
		assertThat(StartUp.ofLimit("rate: 5/s", "key: ip").variable("RATELIMIT_LIMITS_CHAT_RATE_0", "5/x").failure())
			.contains("Origin: System Environment Property \"RATELIMIT_LIMITS_CHAT_RATE_0\"\n",
					"Instead of: [file-0.yml] - 4:");
	}

	@Test
	void anotherSpellingThatTakesPrecedenceIsNamed() {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: ip", "max-debt: 3")
			.property("ratelimit.limits.chat.maxDebt=-1")
			.failure()).contains("Property: ratelimit.limits.chat.max-debt\n",
					"Origin: \"ratelimit.limits.chat.maxDebt\" from property source \"test\"\n",
					"Instead of: [file-0.yml] - 6:17\n");
	}

	@Test
	void anIncompleteRuleOfAProfileIsExplained() {
		Map<String, Object> file = Map.of("ratelimit.limits.chat.rate", "5/s", "ratelimit.limits.chat.key", "ip",
				"ratelimit.http.rules[0].path", "/v1/**", "ratelimit.http.rules[0].limits", "chat");
		AtomicReference<ConfigurableEnvironment> environment = new AtomicReference<>();
		Map<String, Object> profile = Map.of("ratelimit.http.rules[0].path", "/v2/**");
		new WebApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(RateLimitAutoConfiguration.class, RateLimitWebAutoConfiguration.class))
			.withInitializer((context) -> {
				environment.set(context.getEnvironment());
				context.getEnvironment().getPropertySources().addLast(new MapPropertySource("profile", profile));
				context.getEnvironment().getPropertySources().addLast(new MapPropertySource("file", file));
			})
			.run((context) -> assertThat(
					Failures.analyze(context.getStartupFailure(), environment.get()).getDescription())
				.contains("Property: ratelimit.http.rules[0].limits\n",
						"Origin: near \"ratelimit.http.rules[0].path\" from property source \"profile\"\n",
						"Instead of: \"ratelimit.http.rules[0].")
				.contains("\" from property source \"file\" (lists are replaced as a whole, not merged)\n"));
	}

	@Test
	void rulesThatAnotherSourceReplacesAreAWarning(CapturedOutput output) {
		StartUp application = StartUp.of("""
				ratelimit:
				  limits:
				    chat:
				      rate: 5/s
				      key: ip
				  http:
				    rules:
				      - path: /v1/**
				        limits: chat
				      - path: /v2/**
				        limits: chat
				""");
		application.succeeds((context) -> assertThat(output).doesNotContain("a list is replaced as a whole"));
		application.file("ratelimit.http.rules[0]: { path: /v3/**, limits: chat }")
			.succeeds((context) -> assertThat(output).containsOnlyOnce("a list is replaced as a whole")
				.contains("WARN",
						"The rules of ratelimit.http.rules at Byte array resource [file-0.yml] - 1:34 "
								+ "replace those at Byte array resource [file-1.yml] - 8:15: a list is replaced as "
								+ "a whole, not merged. Write all rules in one place"));
	}

}
