package io.github.ratelimit.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.NamedBudgets;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.method.LimitedMethodRegistry.Beans;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.memory.MemoryStore;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;

/** A limiter that fails before it can decide. */
class FailingPolicyTests {

	private final ManualTime time = new ManualTime();

	private final Job job = new Job();

	@Test
	void missingBeansAllowTheCall() {
		Job limited = limited(new DefaultListableBeanFactory(), () -> {
			throw new IllegalStateException("no beans");
		});
		assertThat(limited.run()).isEqualTo("ran");
		assertThat(this.job.runs).isEqualTo(1);
	}

	@Test
	void beansWithMissingClassesAllowTheCall() {
		Job limited = limited(new DefaultListableBeanFactory(), () -> {
			throw new NoClassDefFoundError("com/acme/Driver");
		});
		assertThat(limited.run()).isEqualTo("ran");
		assertThat(this.job.runs).isEqualTo(1);
	}

	@Test
	void aPolicyThatCannotBeFoundAllowsTheCall() {
		for (Error failure : List.of(new NoClassDefFoundError(), new ExceptionInInitializerError("on purpose"))) {
			Job limited = limited(new FailingBeanFactory(failure), this::beans);
			assertThat(limited.run()).isEqualTo("ran");
		}
		assertThat(this.job.runs).isEqualTo(2);
	}

	@Test
	void aVirtualMachineErrorIsNotSwallowed() {
		Job limited = limited(new FailingBeanFactory(new OutOfMemoryError("on purpose")), this::beans);
		assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(limited::run);
		assertThat(this.job.runs).isZero();
	}

	@Test
	void anAnnotationThatCannotWorkIsReported() {
		Job limited = limited(new DefaultListableBeanFactory(), this::beans);
		assertThatExceptionOfType(InvalidRateLimitedMethodException.class).isThrownBy(limited::run);
		assertThat(this.job.runs).isZero();
	}

	private Job limited(DefaultListableBeanFactory beanFactory, Supplier<Beans> beans) {
		ProxyFactory factory = new ProxyFactory(this.job);
		factory.setProxyTargetClass(true);
		factory.addAdvisor(new RateLimitInterceptor.Advisor(new LimitedMethodRegistry(beanFactory, beans)));
		return (Job) factory.getProxy();
	}

	private Beans beans() {
		LimitRegistry registry = new LimitRegistry();
		KillSwitch killSwitch = new KillSwitch(true);
		LimiterFailures limiterFailures = new LimiterFailures(this.time);
		ChargeLimiter limiter = new ChargeLimiter(new MemoryStore(this.time, 10), NamedBudgets.NONE, killSwitch,
				limiterFailures, this.time, RateLimitListener.NONE, WaitingThreadLimit.NONE);
		return new Beans(limiter, registry, new LimitPolicies(List.of()), new ExpressionParser(null), limiterFailures,
				killSwitch, null, null, Runnable::run, false);
	}

	static class Job {

		int runs;

		@RateLimited("unknown")
		public String run() {
			this.runs++;
			return "ran";
		}

	}

	private static final class FailingBeanFactory extends DefaultListableBeanFactory {

		private final transient Error failure;

		FailingBeanFactory(Error failure) {
			this.failure = failure;
		}

		@Override
		public Iterator<String> getBeanNamesIterator() {
			throw this.failure;
		}

	}

}
