package io.github.ratelimit.documentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitMethodAutoConfiguration;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.springframework.aop.Advisor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

/** What docs/annotation.md says about the order with other annotations. */
class AnnotationOrderTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(RateLimitAutoConfiguration.class, RateLimitMethodAutoConfiguration.class))
		.withPropertyValues("ratelimit.limits.calls.rate=2/h", "ratelimit.limits.calls.key=global",
				"ratelimit.limits.slots.max-concurrent=1", "ratelimit.limits.slots.key=global",
				"ratelimit.limits.tokens.rate=2/h", "ratelimit.limits.tokens.key=global",
				"ratelimit.limits.tokens.cost=2")
		.withUserConfiguration(Everything.class);

	@Test
	void aRefusedCallOpensNoTransaction() {
		this.runner.run((context) -> {
			Service service = exhausted(context);
			assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(service::inTransaction);
			assertThat(context.getBean(Transactions.class).begun.get()).isZero();
		});
	}

	@Test
	void aRollbackGivesBackNoPermitButTheCostOfTheFailedCall() {
		this.runner.run((context) -> {
			Service service = context.getBean(Service.class);
			assertThatIllegalStateException().isThrownBy(service::failsInTransaction);
			assertThat(left(context, "calls")).isEqualTo(1);
			assertThatIllegalStateException().isThrownBy(service::failsWithCost);
			assertThat(left(context, "tokens")).isEqualTo(2);
			assertThat(context.getBean(Transactions.class).rolledBack.get()).isEqualTo(2);
		});
	}

	@Test
	void aRefusedAsynchronousCallFailsInTheThreadOfItsCaller() {
		this.runner.run((context) -> {
			Service service = exhausted(context);
			assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(service::later);
			assertThat(service.promised()).isCompletedExceptionally();
			assertThat(context.getBean(Threads.class).used.get()).isZero();
		});
	}

	@Test
	void anAsynchronousCallHoldsItsSlotOnlyIfItReturnsAFuture() {
		this.runner.run((context) -> {
			Service service = context.getBean(Service.class);
			service.laterInASlot();
			assertThat(left(context, "slots")).isEqualTo(1);
			CompletableFuture<String> promised = service.promisedInASlot();
			assertThat(left(context, "slots")).isZero();
			service.finish();
			assertThat(promised.get()).isEqualTo("done");
			assertThat(left(context, "slots")).isEqualTo(1);
		});
	}

	@Test
	void allAttemptsTakeOnePermit() {
		this.runner.run((context) -> {
			Service service = context.getBean(Service.class);
			assertThat(service.retried()).isEqualTo("attempt 3");
			assertThat(left(context, "calls")).isEqualTo(1);
		});
	}

	@Test
	void aRefusalIsNotRetried() {
		this.runner.run((context) -> {
			Service service = exhausted(context);
			assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(service::retried);
			assertThat(service.attempts()).isZero();
		});
	}

	@Test
	void callsThatTheCacheAnswersAreCounted() {
		this.runner.run((context) -> {
			Service service = context.getBean(Service.class);
			assertThat(service.cached("a")).isEqualTo("a 1");
			assertThat(service.cached("a")).isEqualTo("a 1");
			assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(() -> service.cached("a"));
		});
	}

	@Test
	void callsWithoutTheRightAreCounted() {
		this.runner.run((context) -> {
			Service service = context.getBean(Service.class);
			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(AuthenticationCredentialsNotFoundException.class)
					.isThrownBy(service::forOperators);
			}
			assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(service::forOperators);
		});
	}

	@Test
	void theLimitComesBeforeAdviceOfTheHighestPrecedence() {
		this.runner.run((context) -> {
			Service service = exhausted(context);
			assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(service::advised);
			assertThat(context.getBean(Everything.class).advised.get()).isZero();
		});
	}

	private static Service exhausted(AssertableApplicationContext context) {
		assertThat(context.getBean(RateLimiter.class).tryAcquire("calls", "anything", 2).isAllowed()).isTrue();
		return context.getBean(Service.class);
	}

	private static long left(AssertableApplicationContext context, String limit) {
		return context.getBean(RateLimiter.class).tryAcquire(limit, "anything", 0).limits().get(0).remaining();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	@EnableCaching
	@EnableMethodSecurity
	@EnableResilientMethods
	@EnableTransactionManagement
	static class Everything {

		private final AtomicInteger advised = new AtomicInteger();

		@Bean
		Service service() {
			return new Service();
		}

		@Bean
		Transactions transactionManager() {
			return new Transactions();
		}

		@Bean
		Threads taskExecutor() {
			return new Threads();
		}

		@Bean
		CacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		Advisor advisor() {
			MethodInterceptor advice = (invocation) -> {
				this.advised.incrementAndGet();
				return invocation.proceed();
			};
			DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(
					AnnotationMatchingPointcut.forMethodAnnotation(Advised.class), advice);
			advisor.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return advisor;
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@interface Advised {

	}

	static class Service {

		private final AtomicInteger attempts = new AtomicInteger();

		private final CountDownLatch work = new CountDownLatch(1);

		public int attempts() {
			return this.attempts.get();
		}

		public void finish() {
			this.work.countDown();
		}

		@Transactional
		@RateLimited("calls")
		public void inTransaction() {
		}

		@Transactional
		@RateLimited("calls")
		public void failsInTransaction() {
			throw new IllegalStateException("failed");
		}

		@Transactional
		@RateLimited("tokens")
		public void failsWithCost() {
			throw new IllegalStateException("failed");
		}

		@Async
		@RateLimited("calls")
		public void later() {
		}

		@Async
		@RateLimited("calls")
		public CompletableFuture<String> promised() {
			return CompletableFuture.completedFuture("done");
		}

		@Async
		@RateLimited("slots")
		public void laterInASlot() throws InterruptedException {
			this.work.await();
		}

		@Async
		@RateLimited("slots")
		public CompletableFuture<String> promisedInASlot() throws InterruptedException {
			this.work.await();
			return CompletableFuture.completedFuture("done");
		}

		@RateLimited("calls")
		@Retryable(maxRetries = 2, delay = 1)
		public String retried() {
			int attempt = this.attempts.incrementAndGet();
			if (attempt < 3) {
				throw new IllegalStateException("Try again");
			}
			return "attempt " + attempt;
		}

		@Cacheable("answers")
		@RateLimited("calls")
		public String cached(String text) {
			return text + " " + this.attempts.incrementAndGet();
		}

		@PreAuthorize("hasRole('OPERATOR')")
		@RateLimited("calls")
		public void forOperators() {
		}

		@Advised
		@RateLimited("calls")
		public void advised() {
		}

	}

	static final class Transactions extends AbstractPlatformTransactionManager {

		private final AtomicInteger begun = new AtomicInteger();

		private final AtomicInteger rolledBack = new AtomicInteger();

		@Override
		protected Object doGetTransaction() {
			return new Object();
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
			this.begun.incrementAndGet();
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
			this.rolledBack.incrementAndGet();
		}

	}

	static final class Threads implements Executor, AutoCloseable {

		private final ExecutorService threads = Executors.newCachedThreadPool();

		private final AtomicInteger used = new AtomicInteger();

		@Override
		public void execute(Runnable command) {
			this.used.incrementAndGet();
			this.threads.execute(command);
		}

		@Override
		public void close() {
			this.threads.shutdownNow();
		}

	}

}
