package io.github.ratelimit.autoconfigure.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import io.github.ratelimit.InvalidRateException;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.UnknownLimitException;
import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.autoconfigure.properties.InvalidConfigurationException;
import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.spel.ExpressionParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.StandardEnvironment;

/** The failure reports of applications that do not start. */
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalyzerTests {

	@TempDir
	private Path directory;

	@Test
	void invalidConfigurationIsShownWithItsFileAndLine(CapturedOutput output) throws IOException {
		Path file = write("application.yml", """
				ratelimit:
				  limits:
				    chat:
				      rate: 10/60
				      key: ip
				""");
		fail(Application.class);
		assertThat(output).contains("""
				***************************
				APPLICATION FAILED TO START
				***************************

				Description:

				The rate limits are not configured correctly:

				    Code: RL102
				    Property: ratelimit.limits.chat.rate
				    Value: "10/60"
				    Origin: %s - 4:13
				    Reason: The value has a period without a unit

				Action:

				Give the period a unit: ms, s, min, h or d, for example '10/60s'.
				""".formatted("URL [file:" + file + "]"));
	}

	@Test
	void invalidConfigurationOfAProfileIsShownWithItsFile(CapturedOutput output) throws IOException {
		write("application.yml", """
				ratelimit:
				  limits:
				    chat_tokens:
				      rate: 10/min
				      key: ip
				""");
		Path profile = write("application-prod.yml", "ratelimit.limits.chat_tokens.key: [ip, usr]");
		fail(Application.class, "--spring.profiles.active=prod");
		assertThat(output).contains("    Property: ratelimit.limits.chat_tokens.key[1]\n    Value: \"usr\"\n"
				+ "    Origin: URL [file:" + profile + "] - 1:");
	}

	@Test
	void invalidConfigurationOfTheCommandLineIsShown(CapturedOutput output) {
		fail(Application.class, "--ratelimit.mode=shadwo");
		assertThat(output).contains("""
				    Code: RL231
				    Property: ratelimit.mode
				    Value: "shadwo"
				    Origin: "ratelimit.mode" from property source "commandLineArgs"
				    Reason: The value is not known

				Action:

				Did you mean shadow? Write enforce or shadow.
				""");
	}

	@Test
	void theOriginIsLeftOutIfThereIsNone() {
		InvalidConfigurationException failure = new InvalidConfigurationException("ratelimit.http.body", "x", "is odd",
				"Mend it.");
		FailureAnalysis analysis = new RateLimitFailureAnalyzer(new StandardEnvironment())
			.analyze(new BeanCreationException("wrapped", failure));
		assertThat(analysis.getDescription()).isEqualTo("""
				The rate limits are not configured correctly:

				    Property: ratelimit.http.body
				    Value: "x"
				    Reason: The value is odd""");
		assertThat(analysis.getAction()).isEqualTo("Mend it.");
		assertThat(analysis.getCause()).isSameAs(failure);
	}

	@Test
	void anInvalidRateInCodeIsShownWithItsBean(CapturedOutput output) {
		fail(RateOfCode.class);
		assertThat(output).contains("""
				Description:

				A rate is not valid:

				    Code: RL103
				    Bean: ownRate
				    Value: "0/s"
				    Reason: The rate has 0 as its permits

				Action:

				At least 1 is needed; to refuse everything, do not offer the path at all.
				""");
	}

	@Test
	void anInvalidRateIsShownWithoutBeanIfThereIsNone() {
		InvalidRateException failure = new InvalidRateException("x", "is odd", "Mend it.");
		FailureAnalysis analysis = new RateLimitFailureAnalyzer(null).analyze(failure);
		assertThat(analysis.getDescription())
			.isEqualTo("A rate is not valid:\n\n    Value: \"x\"\n    Reason: The rate is odd");
		assertThat(analysis.getAction()).isEqualTo("Mend it.");
	}

	@Test
	void anInvalidExpressionInCodeIsShownWithItsBean(CapturedOutput output) {
		fail(ExpressionOfCode.class);
		assertThat(output).contains("""
				Description:

				An expression is not valid:

				    Code: RL402
				    Bean: ownKey
				    Value: "usr"
				    Reason: The expression\s""");
	}

	@Test
	void anInvalidExpressionIsShownWithItsRemedy() {
		InvalidExpressionException failure = new InvalidExpressionException("x", "is odd", "Mend it.");
		FailureAnalysis analysis = new RateLimitFailureAnalyzer(null).analyze(failure);
		assertThat(analysis.getDescription())
			.isEqualTo("An expression is not valid:\n\n    Value: \"x\"\n    Reason: The expression is odd");
		assertThat(analysis.getAction()).isEqualTo("Mend it.");
	}

	@Test
	void anUnknownLimitInCodeIsShownWithItsBean(CapturedOutput output) throws IOException {
		write("application.yml", "ratelimit.limits.chat: {rate: 1/s, key: ip}");
		fail(UnknownLimitOfCode.class);
		assertThat(output).contains("""
				Description:

				A limit that does not exist is named:

				    Code: RL141
				    Bean: asking
				    Value: "chatt"
				    Reason: There is no limit named 'chatt'. Did you mean 'chat'? The limits are [chat].

				Action:

				Write 'chat', or configure it as ratelimit.limits.chatt.
				""");
	}

	@Test
	void anUnknownLimitWithoutANearNameIsShownWithARemedy() {
		FailureAnalysis analysis = new RateLimitFailureAnalyzer(null)
			.analyze(new UnknownLimitException("mail", List.of()));
		assertThat(analysis.getDescription()).isEqualTo("A limit that does not exist is named:\n\n    Code: RL141\n"
				+ "    Value: \"mail\"\n    Reason: There is no limit named 'mail'. No limit is configured under ratelimit.limits.");
		assertThat(analysis.getAction())
			.isEqualTo("Name a limit that exists, or configure it as ratelimit.limits.mail.");
	}

	@Test
	void aHeaderThatIsWrittenLikeAPropertyIsShownAsAFunction(CapturedOutput output) throws IOException {
		write("application.yml", """
				ratelimit:
				  limits:
				    chat:
				      rate: 10/min
				      key: header: X-Api-Key
				""");
		fail(Application.class);
		assertThat(output).contains("A YAML file cannot be read", "    Code: RL211\n",
				"Write key: header('X-Api-Key').");
	}

	private Path write(String name, String text) throws IOException {
		return Files.writeString(this.directory.resolve(name), text);
	}

	private void fail(Class<?> application, String... arguments) {
		List<String> all = new ArrayList<>(List.of(arguments));
		all.add("--spring.config.location=" + this.directory.toUri());
		SpringApplication spring = new SpringApplication(application);
		spring.setWebApplicationType(WebApplicationType.NONE);
		assertThatException().isThrownBy(() -> {
			try (ConfigurableApplicationContext context = spring.run(all.toArray(String[]::new))) {
				assertThat(context.isRunning()).as("the application started").isFalse();
			}
		});
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(RateLimitAutoConfiguration.class)
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(RateLimitAutoConfiguration.class)
	static class RateOfCode {

		@Bean
		Rate ownRate() {
			return Rate.parse("0/s");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(RateLimitAutoConfiguration.class)
	static class ExpressionOfCode {

		@Bean
		KeyExpression ownKey(ExpressionParser compiler) {
			return compiler.requestKey("usr");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(RateLimitAutoConfiguration.class)
	static class UnknownLimitOfCode {

		@Bean
		Object asking(RateLimiter limiter) {
			return limiter.tryAcquire("chatt", "a");
		}

	}

}
