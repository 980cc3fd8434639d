package io.github.ratelimit.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Role;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.Ordered;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

/** Beans of all kinds are limited once, and before other advice. */
@ExtendWith(OutputCaptureExtension.class)
class ProxyTests {

	@Test
	void aLazyBeanIsLimited() {
		assertLimitedOnce(LazyBean.class);
	}

	@Test
	void aPrototypeIsLimited() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Prototype.class)) {
			context.getBean(Prototype.class).run();
			context.getBean(Prototype.class).run();
			context.getBean(Prototype.class).run();
			assertRefused(context.getBean(Prototype.class)::run);
		}
	}

	@Test
	void aScopedBeanIsLimitedOnce() {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.register(LimiterConfiguration.class, Scoped.class);
			context.getBeanFactory().registerScope("thread", new SimpleThreadScope());
			context.refresh();
			assertLimitedOnce(context, context.getBean(Scoped.class)::run);
		}
	}

	@Test
	void theProductOfAFactoryBeanIsLimited() {
		assertLimitedOnce(Factory.class);
	}

	@Test
	void aBeanWithTwoNamesPaysOnce(CapturedOutput output) {
		assertLimitedOnce(TwoNames.class);
		assertThat(output).doesNotContain("are not limited");
	}

	@Test
	void aBeanOfABeanMethodIsLimited() {
		assertLimitedOnce(ByMethod.class);
	}

	@Test
	void aLimitedBeanMayBeCalledBeforeAllBeansExist() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(EarlyCaller.class,
				Service.class)) {
			assertThat(remaining(context)).isEqualTo(2);
		}
	}

	@Test
	void theLimitIsCheckedBeforeAllOtherAdvice() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Service.class,
				OtherAdvice.class)) {
			Service service = context.getBean(Service.class);
			assertThat(((Advised) service).getAdvisorCount()).isEqualTo(2);
			useUp(service::run);
			assertThat(context.getBean(OtherAdvice.class).seen).hasSize(3);
			assertRefused(service::run);
			assertThat(context.getBean(OtherAdvice.class).seen).hasSize(3);
		}
	}

	@Test
	void theLimitIsCheckedBeforeTheCallMovesToAnotherThread() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(AsyncService.class,
				AsyncConfiguration.class)) {
			context.getBean(BoundRequest.class).bind("alice");
			AsyncService service = context.getBean(AsyncService.class);
			assertThat(service.answer().join()).isEqualTo("alice's answer");
			service.answer().join();
			assertThat(service.answer()).isCompletedExceptionally();
			assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(service::run);
			assertThat(context.getBean(AsyncConfiguration.class).handedOver).hasSize(2);
		}
	}

	@Test
	void anObjectRegisteredAsABeanIsAWarning(CapturedOutput output) {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.register(LimiterConfiguration.class, Service.class);
			context.addBeanFactoryPostProcessor((factory) -> factory.registerSingleton("service", new Service()));
			context.refresh();
			assertThat(output).contains(
					"Bean 'service' of " + Service.class.getName() + " has @RateLimited methods that are not limited");
		}
	}

	@Test
	void aBeanThatIsCreatedTooEarlyIsAWarning(CapturedOutput output) {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Service.class, Early.class)) {
			assertThat(AopUtils.isAopProxy(context.getBean(Service.class))).isFalse();
			assertThat(output).contains("Bean 'proxyTests.Service' of " + Service.class.getName()
					+ " has @RateLimited methods that are not limited");
		}
	}

	@Test
	void noBeanMissesItsPostProcessorsBecauseOfLimits(CapturedOutput output) {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Service.class,
				AsyncConfiguration.class, Bystander.class)) {
			context.getBean(Service.class).run();
			assertThat(output).doesNotContain("not eligible for getting processed").doesNotContain("are not limited");
		}
	}

	@Test
	void aFailureOfTheLimiterAllowsTheCall() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Service.class, Failing.class)) {
			Service service = context.getBean(Service.class);
			for (int i = 0; i < 5; i++) {
				service.run();
			}
			assertThat(service.calls()).isEqualTo(5);
			assertThat(context.getBean(LimitRegistry.class).get("everyone").statistics().degraded()).isEqualTo(5);
		}
	}

	@Test
	void annotationsAreCheckedEvenWhenDisabled() {
		assertThatCode(() -> LimiterConfiguration.start(SwitchedOff.class, StartUpChecksTests.Unknown.class).close())
			.hasStackTraceContaining("names a limit that does not exist");
	}

	@Test
	void beansWithoutLimitsAreNotProxied() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Bystander.class)) {
			assertThat(AopUtils.isAopProxy(context.getBean(Bystander.class))).isFalse();
		}
	}

	private static void assertLimitedOnce(Class<?> component) {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(component)) {
			assertLimitedOnce(context, context.getBean(Service.class)::run);
		}
	}

	private static void assertLimitedOnce(AnnotationConfigApplicationContext context, Runnable call) {
		call.run();
		assertThat(remaining(context)).isEqualTo(2);
		call.run();
		call.run();
		assertRefused(call);
	}

	private static long remaining(AnnotationConfigApplicationContext context) {
		return context.getBean(LimitStore.class)
			.keys(context.getBean(LimitRegistry.class).get("everyone").handle(), null, 1)
			.keys()
			.get(0)
			.remaining();
	}

	private static void useUp(Runnable call) {
		for (int i = 0; i < 3; i++) {
			call.run();
		}
	}

	private static void assertRefused(Runnable call) {
		assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(call::run);
	}

	static class Service {

		private int calls;

		@RateLimited("everyone")
		public void run() {
			this.calls++;
		}

		public int calls() {
			return this.calls;
		}

	}

	@Lazy
	static class LazyBean extends Service {

	}

	@Scope(BeanDefinition.SCOPE_PROTOTYPE)
	static class Prototype extends Service {

	}

	@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
	static class Scoped extends Service {

	}

	static class Factory implements FactoryBean<Service> {

		@Override
		public Service getObject() {
			return new Service();
		}

		@Override
		public Class<?> getObjectType() {
			return Service.class;
		}

	}

	static class ByMethod {

		@Bean
		Service service() {
			return new Service();
		}

	}

	static class TwoNames {

		@Bean
		Service first() {
			return new Service();
		}

		@Bean
		@Primary
		Service second(Service first) {
			return first;
		}

	}

	static class EarlyCaller {

		EarlyCaller(Service service) {
			service.run();
		}

	}

	static class OtherAdvice {

		private final List<String> seen = new ArrayList<>();

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor otherAdvisor(ObjectProvider<OtherAdvice> other) {
			NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
			pointcut.addMethodName("run");
			DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(pointcut, (MethodInterceptor) (invocation) -> {
				other.getObject().seen.add(invocation.getMethod().getName());
				return invocation.proceed();
			});
			advisor.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return advisor;
		}

		List<String> seen() {
			return this.seen;
		}

	}

	@EnableAsync
	static class AsyncConfiguration {

		private final List<Runnable> handedOver = new ArrayList<>();

		@Bean
		Executor taskExecutor() {
			return (task) -> {
				this.handedOver.add(task);
				Thread thread = new Thread(task);
				thread.start();
			};
		}

	}

	static class AsyncService {

		@Async
		@RateLimited("chat")
		public CompletableFuture<String> answer() {
			return CompletableFuture.completedFuture("alice's answer");
		}

		@Async
		@RateLimited("chat")
		public void run() {
		}

	}

	/** Depends on a bean that is then created before the limit's post-processor. */
	static class Early implements BeanPostProcessor, Ordered {

		Early(Service service) {
			service.calls();
		}

		@Override
		public int getOrder() {
			return Ordered.HIGHEST_PRECEDENCE;
		}

	}

	static class Bystander {

		public void run() {
		}

	}

	static class Failing {

		@Bean
		@Primary
		LimitStore failing(MemoryStore store) {
			return (LimitStore) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { LimitStore.class },
					(proxy, method, arguments) -> {
						throw new IllegalStateException("broken");
					});
		}

	}

	static class SwitchedOff {

		SwitchedOff(KillSwitch killSwitch) {
			killSwitch.set(false, LimitMode.ENFORCE);
		}

	}

}
