package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.autoconfigure.properties.InvalidConfigurationException;
import io.github.ratelimit.expression.RequestFacts;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.provider.HeaderStyle;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.web.filter.CurrentHttpRequest;
import io.github.ratelimit.web.filter.RateLimitFilter;
import io.github.ratelimit.web.path.Rules;
import io.github.ratelimit.web.request.Identity;
import io.github.ratelimit.web.security.SecurityContextIdentity;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.info.InfoEndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

@ExtendWith(OutputCaptureExtension.class)
class RateLimitWebAutoConfigurationTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(RateLimitAutoConfiguration.class, RateLimitWebAutoConfiguration.class))
		.withPropertyValues("ratelimit.limits.address.rate=2/d", "ratelimit.limits.address.key=ip",
				"ratelimit.limits.user.rate=2/d", "ratelimit.limits.user.key=user");

	private final WebApplicationContextRunner withRule = this.runner
		.withPropertyValues("ratelimit.http.rules[0].path=/**", "ratelimit.http.rules[0].limits=address");

	private final WebApplicationContextRunner withActuator = this.withRule.withConfiguration(AutoConfigurations.of(
			EndpointAutoConfiguration.class, WebEndpointAutoConfiguration.class, InfoEndpointAutoConfiguration.class,
			ApplicationAvailabilityAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class,
			HealthEndpointAutoConfiguration.class, AvailabilityProbesAutoConfiguration.class));

	@Test
	void absentWithoutAServletWebApplication() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(RateLimitAutoConfiguration.class, RateLimitWebAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CurrentHttpRequest.class));
	}

	@Test
	void absentWithoutSpringWeb() {
		this.runner.withClassLoader(new FilteredClassLoader(OncePerRequestFilter.class, Filter.class))
			.run((context) -> assertThat(context).doesNotHaveBean(CurrentHttpRequest.class));
	}

	@Test
	void filtersAreOrderedBeforeAndAfterSpringSecurity() {
		this.withRule.withPropertyValues("ratelimit.http.rules[1].path=/me", "ratelimit.http.rules[1].limits=user")
			.run((context) -> {
				assertThat(before(context).getOrder()).isEqualTo(-101);
				assertThat(after(context).getOrder()).isEqualTo(-99);
				assertThat(before(context).isEnabled()).isTrue();
				assertThat(after(context).getUrlPatterns()).isEmpty();
				assertThat(before(context).determineDispatcherTypes()).containsExactlyInAnyOrder(DispatcherType.REQUEST,
						DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD);
			});
		this.withRule.withPropertyValues("spring.security.filter.order=7").run((context) -> {
			assertThat(before(context).getOrder()).isEqualTo(6);
			assertThat(after(context).getOrder()).isEqualTo(8);
		});
	}

	@Test
	void withoutRulesAfterSecurityThereIsNoFilterAfterIt() {
		this.withRule.run((context) -> assertThat(after(context).getUrlPatterns())
			.containsExactly(RateLimitWebAutoConfiguration.NO_PATH));
	}

	@Test
	void callsThatWaitDuringStartUpServeNoRequest() {
		this.withRule.withPropertyValues("ratelimit.http.headers=ours")
			.withUserConfiguration(WaitingHeaderStyle.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void limitsShowTheRulesTheyAreBoundTo() {
		this.runner
			.withPropertyValues("ratelimit.http.rules[0].path=/v1/**", "ratelimit.http.rules[0].methods=post,Get",
					"ratelimit.http.rules[0].limits=address,user", "ratelimit.http.rules[1].path=login",
					"ratelimit.http.rules[1].limits=address")
			.run((context) -> {
				LimitRegistry registry = context.getBean(LimitRegistry.class);
				assertThat(registry.get("address").boundTo()).containsExactly("/login", "POST, GET /v1/**");
				assertThat(registry.get("user").boundTo()).containsExactly("POST, GET /v1/**");
			});
	}

	@Test
	void withoutSpringSecurityNoUserIsAuthenticated() {
		this.runner
			.run((context) -> assertThat(context).getBean(Identity.class).isInstanceOf(SecurityContextIdentity.class));
		this.runner.withClassLoader(new FilteredClassLoader(SecurityContextHolder.class))
			.run((context) -> assertThat(context).getBean(Identity.class).isSameAs(Identity.NONE));
	}

	@Test
	void beansOfTheApplicationTakePrecedence() {
		this.runner.withUserConfiguration(OwnBeans.class).run((context) -> {
			assertThat(context).hasNotFailed()
				.hasSingleBean(Identity.class)
				.hasSingleBean(LimitedRequest.Current.class);
			assertThat(context).hasSingleBean(RequestFacts.Current.class).hasSingleBean(Rules.class);
			assertThat(context).getBean(Identity.class).isSameAs(Identity.NONE);
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			limits=address                            | rules[0].path                  | is missing
			path=                                     | rules[0].path                  | is missing
			path=/v1/{a,limits=address                | rules[0].path' with value '/v1/{a'     | not a path pattern
			path=/v1/**/x/**,limits=address           | rules[0].path' with value              | not a path pattern
			path=http://localhost/v1/**               | rules[0].path                  | Write the path alone
			path=/v1/**                               | rules[0].limits                | names no limit
			path=/v1/**,limits=                       | rules[0].limits                | names no limit
			path=/v1/**,limits=adress                 | rules[0].limits' with value 'adress'   | Write 'address'
			path=/v1/**,limits=qqqqqqqq               | rules[0].limits' with value 'qqqqqqqq' | [address, user]
			path=/**,limits=address,methods=PSOT      | rules[0].methods' with value 'PSOT'    | Did you mean POST?
			path=/**,limits=address,methods=*         | rules[0].methods' with value '*'       | leave them out
			path=/**,limits=address,body=opanai       | rules[0].body' with value 'opanai'     | 'openai'
			path=/**,limits=address,body=Gemini       | rules[0].body' with value 'Gemini'     | is not a known style
			path=/**,limits=user,when=before-security | rules[0].when' with value 'before-security' | limit 'user'
			""")
	void anInvalidRuleFailsStartUp(String rule, String where, String what) {
		String[] properties = List.of(rule.split(","))
			.stream()
			.map((p) -> "ratelimit.http.rules[0]." + p)
			.toArray(String[]::new);
		this.runner.withPropertyValues(properties).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure()).rootCause()
				.isInstanceOf(InvalidConfigurationException.class)
				.hasMessageContaining("ratelimit.http." + where)
				.hasMessageContaining(what);
		});
	}

	@Test
	void theSecondRuleIsNamedByItsIndex() {
		this.withRule.withPropertyValues("ratelimit.http.rules[1].path=/x", "ratelimit.http.rules[1].limits=nobody")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.hasMessageContaining("ratelimit.http.rules[1].limits"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "PROPFIND", "REPORT", "query" })
	void methodsThatSpringDoesNotDefineMayBeUsed(String method) {
		this.withRule.withPropertyValues("ratelimit.http.rules[0].methods=" + method)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@CsvSource({ "a=b, /actuator/health, 0", "a=b, /health, 1",
			"management.endpoints.web.base-path=/manage/, /manage/health, 0",
			"management.endpoints.web.base-path=/manage, /actuator/health, 1",
			"management.endpoints.web.base-path=/, /health, 0", "management.endpoints.web.base-path=/, /actuator, 1",
			"a=b, /actuator, 0", "a=b, /actuator/health/liveness, 0", "a=b, /actuator/v1/chat, 1",
			"a=b, /actuator/info, 1", "a=b, /livez, 1",
			"management.endpoints.web.discovery.enabled=false, /actuator, 1",
			"management.endpoints.web.exposure.exclude=*, /actuator/health, 1",
			"management.endpoints.web.exposure.include=info, /actuator/info, 0",
			"management.endpoints.web.exposure.include=info, /actuator/info/v1/chat, 1",
			"management.endpoints.web.path-mapping.health=up, /actuator/up, 0",
			"management.endpoints.web.path-mapping.health=up, /actuator/health, 1",
			"management.endpoints.web.base-path=/api, /api/health, 0",
			"management.endpoints.web.base-path=/api, /api/orders, 1",
			"management.server.port=9999, /actuator/health, 1", "spring.mvc.servlet.path=/api, /api/actuator/health, 0",
			"spring.mvc.servlet.path=/api, /actuator/health, 1" })
	void managementPathsAreExemptAtTheirActualLocation(String property, String path, int charged) {
		this.withActuator.withPropertyValues(property).run((context) -> {
			serve(context, request(path));
			assertThat(context.getBean(LimitRegistry.class).get("address").statistics().allowed()).isEqualTo(charged);
		});
	}

	@ParameterizedTest
	@CsvSource({ "a=b, /livez, 0", "a=b, /readyz, 0", "a=b, /livez/v1/chat, 1",
			"management.server.port=9999, /livez, 0", "management.server.port=9999, /actuator/health, 1",
			"spring.mvc.servlet.path=/api, /api/livez, 0" })
	void additionalHealthPathsAreExemptOnTheApplicationsPort(String property, String path, int charged) {
		this.withActuator.withPropertyValues(property, "management.endpoint.health.probes.add-additional-paths=true")
			.run((context) -> {
				serve(context, request(path));
				assertThat(context.getBean(LimitRegistry.class).get("address").statistics().allowed())
					.isEqualTo(charged);
			});
	}

	@Test
	void withoutActuatorThereAreNoManagementPaths() {
		this.withRule.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate")).run((context) -> {
			serve(context, request("/actuator/health"));
			assertThat(context.getBean(LimitRegistry.class).get("address").statistics().allowed()).isEqualTo(1);
		});
	}

	@Test
	void aLimitPerUserWithoutSpringSecurityIsAWarning(CapturedOutput output) {
		WebApplicationContextRunner perUser = this.runner.withPropertyValues("ratelimit.http.rules[0].path=/me",
				"ratelimit.http.rules[0].limits=user,address");
		perUser.run((context) -> assertThat(output).doesNotContain("no caller is ever authenticated"));
		perUser.withClassLoader(new FilteredClassLoader(SecurityContextHolder.class))
			.run((context) -> assertThat(output).containsOnlyOnce("no caller is ever authenticated")
				.contains("Limit 'user' reads the authenticated caller")
				.contains(
						"Add org.springframework.boot:spring-boot-starter-security, or use other values, such as ip"));
	}

	@Test
	void anIpv6PrefixIsUsed() {
		this.withRule.withPropertyValues("ratelimit.http.ipv6-prefix=48").run((context) -> {
			for (int i = 0; i < 3; i++) {
				MockHttpServletRequest request = request("/x");
				request.setRemoteAddr("2001:db8:1:" + i + "::1");
				assertThat(serve(context, request).getStatus()).isEqualTo((i < 2) ? 200 : 429);
			}
		});
	}

	@ParameterizedTest
	@CsvSource({ "a=b, true", "server.forward-headers-strategy=none, false",
			"server.forward-headers-strategy=framework, false", "server.tomcat.remoteip.remote-ip-header=X-Ip, false",
			"spring.main.cloud-platform=kubernetes, false" })
	void aForwardedHeaderWithoutAStrategyIsAWarning(String property, boolean warns, CapturedOutput output) {
		this.withRule.withPropertyValues(property).run((context) -> {
			MockHttpServletRequest request = request("/x");
			request.addHeader("X-Forwarded-For", "198.51.100.7");
			serve(context, request);
			assertThat(output.toString().contains("forward-headers-strategy is not set")).isEqualTo(warns);
		});
	}

	@ParameterizedTest
	@CsvSource({ "framework, key=ip, true", "FRAMEWORK, key=user, true", "native, key=ip, false",
			"framework, key=global, false", "framework, on-missing-key=skip, false",
			"framework, on-missing-key=deny, false" })
	void addressesThatClientsCanChooseAreAWarning(String strategy, String property, boolean warns,
			CapturedOutput output) {
		new WebApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(RateLimitAutoConfiguration.class, RateLimitWebAutoConfiguration.class))
			.withPropertyValues("ratelimit.limits.only.rate=2/d", "ratelimit.limits.only.key=user",
					"ratelimit.limits.only." + property, "server.forward-headers-strategy=" + strategy)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output.toString().contains("missing: only. Clients choose that address")).isEqualTo(warns);
			});
	}

	@ParameterizedTest
	@CsvSource({ "'user,address', auto, true", "user, auto, false", "address, auto, false",
			"'user,address', after-security, false" })
	void limitsThatAnotherLimitMovesBehindSpringSecurityAreAWarning(String limits, String when, boolean warns,
			CapturedOutput output) {
		this.runner
			.withPropertyValues("ratelimit.http.rules[0].path=/me", "ratelimit.http.rules[0].limits=" + limits,
					"ratelimit.http.rules[0].when=" + when)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output.toString()
					.contains("Rule '/me' (ratelimit.http.rules[0]) applies after Spring Security, because it has "
							+ "limits that read the authenticated caller: user."))
					.isEqualTo(warns);
				assertThat(output.toString().contains("guesses of passwords: address.")).isEqualTo(warns);
			});
	}

	@Test
	void withoutSpringSecurityARuleAfterItIsNoWarning(CapturedOutput output) {
		this.runner.withClassLoader(new FilteredClassLoader(SecurityContextHolder.class))
			.withPropertyValues("ratelimit.http.rules[0].path=/me", "ratelimit.http.rules[0].limits=user,address")
			.run((context) -> assertThat(output).doesNotContain("guesses of passwords"));
	}

	private static MockHttpServletRequest request(String path) {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
		request.setServletPath(path);
		return request;
	}

	private static MockHttpServletResponse serve(AssertableWebApplicationContext context,
			MockHttpServletRequest request) throws Exception {
		MockHttpServletResponse response = new MockHttpServletResponse();
		Objects.requireNonNull(before(context).getFilter()).doFilter(request, response, new MockFilterChain());
		return response;
	}

	private static FilterRegistrationBean<RateLimitFilter> before(AssertableWebApplicationContext context) {
		return registration(context, "rateLimitBeforeSecurityFilter");
	}

	private static FilterRegistrationBean<RateLimitFilter> after(AssertableWebApplicationContext context) {
		return registration(context, "rateLimitAfterSecurityFilter");
	}

	@SuppressWarnings("unchecked")
	private static FilterRegistrationBean<RateLimitFilter> registration(AssertableWebApplicationContext context,
			String name) {
		return context.getBean(name, FilterRegistrationBean.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBeans {

		@Bean
		Identity identity() {
			return Identity.NONE;
		}

		@Bean
		LimitedRequest.Current scope() {
			return () -> null;
		}

		@Bean
		RequestFacts.Current facts() {
			return () -> null;
		}

		@Bean
		Rules rules() {
			return new Rules(List.of(), Map::of);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WaitingHeaderStyle {

		@Bean
		HeaderStyle ours(WaitingThreadLimit threads) {
			assertThat(threads.ofKey().hold()).isNotNull();
			return new HeaderStyle() {

				@Override
				public String name() {
					return "ours";
				}

				@Override
				public List<String> headerNames() {
					return List.of();
				}

				@Override
				public void write(List<LimitDecision> limits, Headers headers) {
				}

			};
		}

	}

}
