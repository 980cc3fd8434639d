package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.autoconfigure.properties.ConfiguredStyles;
import io.github.ratelimit.autoconfigure.properties.LimitDefinitions;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.autoconfigure.properties.RuleReader;
import io.github.ratelimit.autoconfigure.report.HttpWarnings;
import io.github.ratelimit.autoconfigure.report.PartialApplication;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.expression.RequestFacts;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.provider.AnswerStyles;
import io.github.ratelimit.provider.BodyStyle;
import io.github.ratelimit.provider.HeaderStyle;
import io.github.ratelimit.web.cors.CorsHeaders;
import io.github.ratelimit.web.filter.CurrentHttpRequest;
import io.github.ratelimit.web.filter.RateLimitFilter;
import io.github.ratelimit.web.mvc.PermitArgumentResolver;
import io.github.ratelimit.web.mvc.RateLimitExceptionResolver;
import io.github.ratelimit.web.path.Rule;
import io.github.ratelimit.web.path.RulePathWarnings;
import io.github.ratelimit.web.path.RulePhase;
import io.github.ratelimit.web.path.Rules;
import io.github.ratelimit.web.request.ClientAddresses;
import io.github.ratelimit.web.request.Identity;
import io.github.ratelimit.web.response.ServletAnswers;
import io.github.ratelimit.web.security.SecurityContextIdentity;
import java.util.EnumSet;
import java.util.List;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Auto-configuration of limits on HTTP requests in a servlet web application.
 */
@AutoConfiguration(after = RateLimitAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ OncePerRequestFilter.class, FilterRegistrationBean.class })
@Import(RateLimitCorsConfiguration.class)
public final class RateLimitWebAutoConfiguration {

	private static final int SECURITY_FILTER_ORDER = -100;

	/** The only path of a filter without rules, where it has no effect either. */
	static final String NO_PATH = "/rate-limit-filter-without-rules";

	private static final String CURRENT_REQUEST = "rateLimitCurrentHttpRequest";

	/** Calls may wait before the bean exists, or after its end: then no request does. */
	@Bean
	RequestThreads rateLimitRequestThreads(Environment environment, ConfigurableBeanFactory beans) {
		return RequestThreads.of(environment,
				() -> beans.getSingleton(CURRENT_REQUEST) instanceof CurrentHttpRequest current && current.isServing());
	}

	@Bean
	@ConditionalOnMissingBean
	AnswerStyles rateLimitAnswerStyles(ObjectProvider<HeaderStyle> headers, ObjectProvider<BodyStyle> bodies,
			TimeSource time) {
		return new AnswerStyles(headers.orderedStream().toList(), bodies.orderedStream().toList(), time);
	}

	@Bean
	@ConditionalOnMissingBean
	ServletAnswers rateLimitAnswers(RateLimitProperties properties, LimitDefinitions limits, AnswerStyles styles,
			CorsHeaders crossOrigin) {
		ServletAnswers answers = ConfiguredStyles.answers(properties.http(), styles, crossOrigin);
		HttpWarnings.ofHeaderStyles(properties.http().headers(), limits);
		return answers;
	}

	@Bean
	@ConditionalOnMissingBean
	Rules rateLimitRules(RateLimitProperties properties, LimitPolicies policies, AnswerStyles styles, Identity identity,
			ExpressionParser expressions, ApplicationContext context) {
		String servletPath = servletPath(context.getEnvironment());
		List<RateLimitProperties.Http.Rule> configured = properties.http().rules();
		List<Rule> rules = new RuleReader(policies, styles, expressions).read(configured)
			.stream()
			.map((rule) -> rule.within(servletPath))
			.toList();
		HttpWarnings.ofRules(rules, configured, identity != Identity.NONE);
		rules.forEach((rule) -> rule.policies().forEach((policy) -> policy.registered().bindTo(rule.toString())));
		return new Rules(rules, ManagementPaths.of(context));
	}

	@Bean
	@ConditionalOnMissingBean
	ClientAddresses rateLimitClientAddresses(RateLimitProperties properties, Environment environment) {
		CloudPlatform platform = CloudPlatform.getActive(environment);
		boolean evaluatesForwarded = environment.containsProperty("server.forward-headers-strategy")
				|| environment.containsProperty("server.tomcat.remoteip.remote-ip-header")
				|| (platform != null && platform.isUsingForwardHeaders());
		return new ClientAddresses(properties.http().ipv6Prefix(), evaluatesForwarded);
	}

	@Bean(CURRENT_REQUEST)
	CurrentHttpRequest rateLimitCurrentHttpRequest(Rules rules, ServletAnswers answers, Identity identity,
			LimiterFailures limiterFailures, ClientAddresses addresses) {
		return new CurrentHttpRequest(rules, answers, identity, limiterFailures, addresses);
	}

	@Bean
	@ConditionalOnMissingBean
	LimitedRequest.Current rateLimitCurrentLimitedRequest(CurrentHttpRequest scopes) {
		return scopes::get;
	}

	@Bean
	@ConditionalOnMissingBean
	RequestFacts.Current rateLimitCurrentRequestFacts(CurrentHttpRequest scopes) {
		return scopes.facts();
	}

	@Bean
	FilterRegistrationBean<RateLimitFilter> rateLimitBeforeSecurityFilter(Rules rules, ChargeLimiter limiter,
			CurrentHttpRequest scopes, ServletAnswers answers, LimiterFailures limiterFailures,
			Environment environment) {
		RateLimitFilter filter = new RateLimitFilter(RulePhase.BEFORE_SECURITY, rules, limiter, scopes, answers,
				limiterFailures);
		return registration("rateLimitBeforeSecurityFilter", filter, securityFilterOrder(environment) - 1);
	}

	@Bean
	FilterRegistrationBean<RateLimitFilter> rateLimitAfterSecurityFilter(Rules rules, ChargeLimiter limiter,
			CurrentHttpRequest scopes, ServletAnswers answers, LimiterFailures limiterFailures,
			Environment environment) {
		RateLimitFilter filter = new RateLimitFilter(RulePhase.AFTER_SECURITY, rules, limiter, scopes, answers,
				limiterFailures);
		FilterRegistrationBean<RateLimitFilter> registration = registration("rateLimitAfterSecurityFilter", filter,
				securityFilterOrder(environment) + 1);
		if (rules.of(RulePhase.AFTER_SECURITY).isEmpty()) {
			// a disabled filter would be logged in every application
			registration.addUrlPatterns(NO_PATH);
		}
		return registration;
	}

	private static FilterRegistrationBean<RateLimitFilter> registration(String name, RateLimitFilter filter,
			int order) {
		FilterRegistrationBean<RateLimitFilter> registration = new FilterRegistrationBean<>(filter);
		registration.setName(name);
		registration.setOrder(order);
		registration.setDispatcherTypes(EnumSet.copyOf(RateLimitFilter.dispatcherTypes()));
		return registration;
	}

	/** Returns the dispatcher servlet's path, empty for none. */
	static String servletPath(Environment environment) {
		return ManagementPaths.clean(environment.getProperty("spring.mvc.servlet.path", ""));
	}

	static int securityFilterOrder(Environment environment) {
		return environment.getProperty("spring.security.filter.order", Integer.class, SECURITY_FILTER_ORDER);
	}

	/**
	 * Without Spring Security: nested configurations precede the beans of their class.
	 */
	@Bean
	@ConditionalOnMissingBean
	Identity rateLimitIdentity() {
		return Identity.NONE;
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(DispatcherServlet.class)
	static class MvcConfiguration {

		@Bean
		@ConditionalOnMissingBean
		RateLimitExceptionResolver rateLimitExceptionResolver(ServletAnswers answers, ApplicationContext context) {
			return new RateLimitExceptionResolver(answers, context);
		}

		@Bean
		RulePathWarnings rateLimitRulePathWarnings(WebApplicationContext context, Rules rules) {
			return new RulePathWarnings(context, rules, servletPath(context.getEnvironment()),
					PartialApplication.is(context));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(WebMvcConfigurer.class)
	static class PermitParameterConfiguration implements WebMvcConfigurer {

		@Override
		public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
			resolvers.add(new PermitArgumentResolver());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.springframework.security.core.context.SecurityContextHolder")
	static class SecurityIdentityConfiguration {

		@Bean
		@ConditionalOnMissingBean
		Identity rateLimitIdentity(BeanFactory beans) {
			return SecurityContextIdentity.of(beans);
		}

	}

}
