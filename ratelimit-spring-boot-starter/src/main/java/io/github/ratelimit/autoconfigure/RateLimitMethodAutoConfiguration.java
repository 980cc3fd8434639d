package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.RateLimited;
import io.github.ratelimit.autoconfigure.report.PartialApplication;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.expression.RequestFacts;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.method.LimitedMethodRegistry;
import io.github.ratelimit.method.LimitedMethodRegistry.Beans;
import io.github.ratelimit.method.RateLimitInterceptor;
import io.github.ratelimit.method.RateLimitedBeanPostProcessor;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.aopalliance.intercept.MethodInterceptor;
import org.springframework.aop.Advisor;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Auto-configuration of {@link RateLimited @RateLimited}.
 */
@AutoConfiguration(after = RateLimitAutoConfiguration.class)
@ConditionalOnClass({ Advisor.class, MethodInterceptor.class })
@Import(RateLimitMethodAutoConfiguration.AutoProxyCreatorRegistrar.class)
@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
public final class RateLimitMethodAutoConfiguration {

	/** The name in Spring Boot. */
	private static final String APPLICATION_EXECUTOR = "applicationTaskExecutor";

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static LimitedMethodRegistry rateLimitedMethods(ConfigurableListableBeanFactory beanFactory) {
		return new LimitedMethodRegistry(beanFactory, () -> limiterBeans(beanFactory));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static RateLimitInterceptor.Advisor rateLimitAdvisor(LimitedMethodRegistry methods) {
		return new RateLimitInterceptor.Advisor(methods);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static RateLimitedBeanPostProcessor rateLimitedBeanPostProcessor(LimitedMethodRegistry methods,
			ConfigurableListableBeanFactory beanFactory) {
		return new RateLimitedBeanPostProcessor(methods, beanFactory, PartialApplication.is(beanFactory));
	}

	/**
	 * Looked up late: advisors are created before other beans, and must not create beans
	 * that would then miss their post-processors.
	 */
	private static Beans limiterBeans(BeanFactory beans) {
		return new Beans(beans.getBean(ChargeLimiter.class), beans.getBean(LimitRegistry.class),
				beans.getBean(LimitPolicies.class), beans.getBean(ExpressionParser.class),
				beans.getBean(LimiterFailures.class), beans.getBean(KillSwitch.class),
				beans.getBeanProvider(LimitedRequest.Current.class).getIfAvailable(),
				beans.getBeanProvider(RequestFacts.Current.class).getIfAvailable(), executor(beans),
				beans.containsBean(RateLimitWebFluxAutoConfiguration.HANDLER));
	}

	/** The application's own executor, with its configuration of threads. */
	private static Executor executor(BeanFactory beans) {
		return beans.containsBean(APPLICATION_EXECUTOR) && beans.isTypeMatch(APPLICATION_EXECUTOR, Executor.class)
				? beans.getBean(APPLICATION_EXECUTOR, Executor.class) : new CompletableFuture<>().defaultExecutor();
	}

	/**
	 * Ensures that advisors are applied, even if {@code spring.aop.auto} is
	 * {@code false}: a limit must not depend on a setting for aspects. Proxies are
	 * classes unless {@code spring.aop.proxy-target-class} is false, as everywhere in
	 * Spring Boot.
	 */
	static final class AutoProxyCreatorRegistrar implements ImportBeanDefinitionRegistrar {

		private final Environment environment;

		AutoProxyCreatorRegistrar(Environment environment) {
			this.environment = environment;
		}

		@Override
		public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
			AopConfigUtils.registerAutoProxyCreatorIfNecessary(registry);
			if (this.environment.getProperty("spring.aop.proxy-target-class", Boolean.class, true)) {
				AopConfigUtils.forceAutoProxyCreatorToUseClassProxying(registry);
			}
		}

	}

}
