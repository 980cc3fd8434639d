package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Decision;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.autoconfigure.properties.InvalidConfigurationException;
import io.github.ratelimit.provider.AnswerStyles;
import io.github.ratelimit.provider.BodyStyle;
import io.github.ratelimit.provider.HeaderStyle;
import io.github.ratelimit.provider.Refusal;
import io.github.ratelimit.web.cors.CorsHeaders;
import io.github.ratelimit.web.response.ServletAnswers;
import io.github.ratelimit.web.response.UpstreamHeadersMode;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.web.servlet.DispatcherServlet;

@ExtendWith(OutputCaptureExtension.class)
class ConfiguredStylesTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WebMvcAutoConfiguration.class, RateLimitAutoConfiguration.class,
				RateLimitWebAutoConfiguration.class))
		.withPropertyValues("ratelimit.limits.chat.rate=1/min", "ratelimit.limits.chat.key=global",
				"ratelimit.limits.my-login.rate=1/h", "ratelimit.limits.my-login.key=global");

	@Test
	void theDefaultsAreBothHeaderStylesAndProblemDetails() {
		this.runner.run((context) -> {
			MockHttpServletResponse refused = refusedBy(context, "chat");
			assertThat(refused.getHeader("X-RateLimit-Limit")).isEqualTo("1");
			assertThat(refused.getHeader("RateLimit-Policy")).isEqualTo("\"chat\";q=1;w=60");
			assertThat(refused.getContentType()).isEqualTo("application/problem+json");
		});
	}

	@Test
	void theConfigurationSelectsTheStyles() {
		this.runner.withPropertyValues("ratelimit.http.headers=draft-11", "ratelimit.http.body=openai")
			.run((context) -> {
				MockHttpServletResponse refused = refusedBy(context, "chat");
				assertThat(refused.getHeaderNames()).contains("RateLimit").doesNotContain("X-RateLimit-Limit");
				assertThat(refused.getContentAsString()).startsWith("{\"error\":");
			});
	}

	@Test
	void anUnknownHeaderStyleFailsStartUp() {
		this.runner.withPropertyValues("ratelimit.http.headers=x-ratelimit, draft-10")
			.run((context) -> assertThat(context).getFailure()
				.hasRootCauseInstanceOf(InvalidConfigurationException.class)
				.rootCause()
				.hasMessage("Property 'ratelimit.http.headers' with value 'draft-10' is not a known style. "
						+ "Did you mean 'draft-11'? The known ones are anthropic, draft-11, none, openai, x-ratelimit."));
	}

	@Test
	void anUnknownBodyStyleFailsStartUp() {
		this.runner.withPropertyValues("ratelimit.http.body=probelm")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageStartingWith("Property 'ratelimit.http.body' with value 'probelm' is not a known style. "
						+ "Did you mean 'problem'?"));
	}

	@Test
	void stylesOfTheApplicationAreRegistered() {
		this.runner.withUserConfiguration(OwnStyles.class)
			.withPropertyValues("ratelimit.http.headers=house", "ratelimit.http.body=problem")
			.run((context) -> {
				MockHttpServletResponse refused = refusedBy(context, "chat");
				assertThat(refused.getHeader("X-House")).isEqualTo("1");
				assertThat(refused.getContentAsString()).isEqualTo("own problem");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "openai", "anthropic" })
	void aProviderStyleWithoutALimitToShowIsAWarning(String style, CapturedOutput output) {
		this.runner.withPropertyValues("ratelimit.http.headers=" + style)
			.run((context) -> assertThat(output).contains("report limits with a unit, but no limit has one"));
	}

	@Test
	void aProviderStyleWithALimitToShowIsNoWarning(CapturedOutput output) {
		this.runner.withPropertyValues("ratelimit.http.headers=openai", "ratelimit.limits.chat.unit=requests")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).doesNotContain("report limits with a unit");
			});
	}

	@Test
	void anApplicationCanReplaceAProviderStyle() {
		this.runner.withUserConfiguration(OwnAnthropic.class)
			.withPropertyValues("ratelimit.http.headers=none, Anthropic", "ratelimit.http.body=anthropic",
					"ratelimit.http.rules[0].path=/v1/**", "ratelimit.http.rules[0].limits=chat",
					"ratelimit.http.rules[0].body=anthropic")
			.run((context) -> {
				MockHttpServletResponse refused = refusedBy(context, "chat");
				assertThat(refused.getContentAsString()).isEqualTo("own anthropic");
				assertThat(refused.getHeader("X-anthropic")).isEqualTo("1");
			});
	}

	@Test
	void hiddenLimitsAreNotMentioned() {
		this.runner.withPropertyValues("ratelimit.limits.my-login.hide-headers=true").run((context) -> {
			MockHttpServletResponse refused = refusedBy(context, "my-login");
			assertThat(refused.getStatus()).isEqualTo(429);
			assertThat(refused.getHeaderNames()).contains("Retry-After")
				.doesNotContain("RateLimit", "X-RateLimit-Limit");
			assertThat(refused.getContentAsString()).doesNotContain("login");
			assertThat(refusedBy(context, "chat").getHeader("RateLimit")).startsWith("\"chat\"");
		});
	}

	@Test
	void worksWithoutSpringSecurityAndSpringMvc() {
		this.runner.withClassLoader(new FilteredClassLoader(FilterChainProxy.class, DispatcherServlet.class))
			.run((context) -> {
				MockHttpServletRequest request = new MockHttpServletRequest();
				request.addHeader("Origin", "https://app.example");
				assertThat(refusedBy(context, "chat", request).getStatus()).isEqualTo(429);
			});
	}

	@Test
	void answersOfTheApplicationTakePrecedence() {
		this.runner.withUserConfiguration(OwnAnswers.class)
			.run((context) -> assertThat(context).hasSingleBean(ServletAnswers.class).hasBean("ownAnswers"));
	}

	private static MockHttpServletResponse refusedBy(ApplicationContext context, String limit) throws Exception {
		return refusedBy(context, limit, new MockHttpServletRequest());
	}

	private static MockHttpServletResponse refusedBy(ApplicationContext context, String limit,
			MockHttpServletRequest request) throws Exception {
		RateLimiter limiter = context.getBean(RateLimiter.class);
		Decision decision = limiter.tryAcquire(limit, "someone");
		while (decision.isAllowed()) {
			decision = limiter.tryAcquire(limit, "someone");
		}
		MockHttpServletResponse response = new MockHttpServletResponse();
		context.getBean(ServletAnswers.class).refuse(request, response, decision, decision.limits(), null);
		return response;
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnStyles {

		@Bean
		HeaderStyle house() {
			return new OwnHeaders("house");
		}

		@Bean
		BodyStyle problem() {
			return new OwnBody("problem");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnAnthropic {

		@Bean
		HeaderStyle anthropicHeaders() {
			return new OwnHeaders("anthropic");
		}

		@Bean
		BodyStyle anthropicBody() {
			return new OwnBody("anthropic");
		}

	}

	record OwnHeaders(String name) implements HeaderStyle {

		@Override
		public Collection<String> headerNames() {
			return List.of("X-" + this.name);
		}

		@Override
		public void write(List<LimitDecision> limits, Headers headers) {
			headers.set("X-" + this.name, Integer.toString(limits.size()));
		}

	}

	record OwnBody(String name) implements BodyStyle {

		@Override
		public Body body(Refusal refusal) {
			return new Body("text/plain", "own " + this.name);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnAnswers {

		@Bean
		ServletAnswers ownAnswers() {
			return new ServletAnswers(new AnswerStyles(List.of(), List.of(), TimeSource.system()), List.of("none"),
					"none", new CorsHeaders(List::of), UpstreamHeadersMode.REPLACE, Duration.ofMinutes(1));
		}

	}

}
