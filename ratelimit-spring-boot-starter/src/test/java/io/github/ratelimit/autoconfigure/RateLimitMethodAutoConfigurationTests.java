package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.method.RateLimitInterceptor;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.aop.framework.autoproxy.InfrastructureAdvisorAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.Ordered;

/** The advice of limited methods, with Boot's AOP and without it. */
@ExtendWith(OutputCaptureExtension.class)
class RateLimitMethodAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(RateLimitAutoConfiguration.class,
				RateLimitMethodAutoConfiguration.class, AopAutoConfiguration.class))
		.withBean("greeting", Greeting.class);

	@Test
	void methodsAreLimitedWithoutAspectJ() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(RateLimitInterceptor.Advisor.class);
			assertThat(context.getBean(RateLimitInterceptor.Advisor.class).getOrder())
				.isEqualTo(Ordered.HIGHEST_PRECEDENCE);
			assertThat(context.getBean(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME))
				.isExactlyInstanceOf(InfrastructureAdvisorAutoProxyCreator.class);
			assertLimited(context.getBean(Greeting.class));
		});
	}

	@Test
	void methodsAreLimitedWithoutBootsAop() {
		this.runner.withPropertyValues("spring.aop.auto=false").run((context) -> {
			Greeting greeting = context.getBean(Greeting.class);
			assertThat(AopUtils.isCglibProxy(greeting)).isTrue();
			assertLimited(greeting);
		});
	}

	@Test
	void proxiesUseInterfacesIfTheApplicationRequestsIt() {
		this.runner.withPropertyValues("spring.aop.proxy-target-class=false").run((context) -> {
			Runnable greeting = context.getBean("greeting", Runnable.class);
			assertThat(AopUtils.isJdkDynamicProxy(greeting)).isTrue();
			assertLimited(greeting);
		});
	}

	@Test
	void lazyBeansAreLimitedAndShownBeforeTheyAreCreated(CapturedOutput output) {
		this.runner.withPropertyValues("spring.main.lazy-initialization=true").run((context) -> {
			assertThat(output)
				.contains("Limit 'Greeting.run': token-bucket 1/min; key global; store memory; bound to Greeting.run");
			assertLimited(context.getBean(Greeting.class));
		});
	}

	@Test
	void theReportNamesLimitsOfAnnotations(CapturedOutput output) {
		this.runner.run((context) -> assertThat(output)
			.contains("Limit 'Greeting.run': token-bucket 1/min; key global; store memory; bound to Greeting.run"));
	}

	@Test
	void withoutSpringAopThereIsNoAdvice() {
		this.runner.withClassLoader(new FilteredClassLoader(MethodInterceptor.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RateLimitInterceptor.Advisor.class));
	}

	@Test
	void anAnnotatedMethodWithoutALimiterFailsStartUp() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(RateLimitMethodAutoConfiguration.class))
			.withBean(Greeting.class)
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void anAnnotationThatCannotWorkIsExplained(CapturedOutput output) {
		assertThat(catchThrowable(() -> run(Mistyped.class))).isNotNull();
		assertThat(output).contains("""
				Description:

				@RateLimited cannot work here:

				    Code: RL422
				    Where: method %s.find(String)
				    Attribute: key
				    Value: "#usrId"
				    Reason: The value names the argument #usrId, which Mistyped.find does not have

				Action:

				Did you mean #userId? Its arguments are #userId.
				""".formatted(Mistyped.class.getName()));
	}

	@Test
	void aMethodThatNoProxyCanReachIsExplained(CapturedOutput output) {
		assertThat(catchThrowable(() -> run(Hidden.class))).isNotNull();
		assertThat(output).contains("""
				@RateLimited cannot work here:

				    Code: RL451
				    Where: method %s.hidden()
				    Reason: It is private, so no proxy can reach it

				Action:

				The limit works through a proxy of the bean:""".formatted(Hidden.class.getName()));
	}

	private static void run(Class<?> component) {
		SpringApplication application = new SpringApplication(component);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.run("--ratelimit.limits.chat.rate=1/min", "--ratelimit.limits.chat.key=ip").close();
	}

	private static void assertLimited(Runnable greeting) {
		greeting.run();
		assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(greeting::run);
	}

	static class Greeting implements Runnable {

		@Override
		@RateLimited(rate = "1/min", key = "global")
		public void run() {
		}

	}

	@EnableAutoConfiguration
	static class Mistyped {

		@RateLimited(value = "chat", key = "#usrId")
		public void find(String userId) {
		}

	}

	@EnableAutoConfiguration
	static class Hidden {

		@RateLimited("chat")
		private void hidden() {
		}

	}

}
