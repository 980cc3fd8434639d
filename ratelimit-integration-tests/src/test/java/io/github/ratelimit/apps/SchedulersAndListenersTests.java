package io.github.ratelimit.apps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.registry.LimitRegistry;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/** Limited methods that a scheduler, an event or a message calls. */
@ExtendWith(OutputCaptureExtension.class)
class SchedulersAndListenersTests {

	private static final String[] LIMITS = { "ratelimit.limits.runs.rate=1/h", "ratelimit.limits.runs.key=global",
			"ratelimit.limits.keyed.rate=1/h", "ratelimit.limits.keyed.key=ip", "ratelimit.limits.paced.rate=1000/s",
			"ratelimit.limits.paced.key=global", "ratelimit.limits.paced.max-wait=5s" };

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withPropertyValues(LIMITS);

	@Test
	void aRefusedScheduledMethodIsSkippedWithOneWarning(CapturedOutput output) throws InterruptedException {
		try (ConfigurableApplicationContext context = start(Scheduling.class)) {
			Jobs jobs = context.getBean(Jobs.class);
			assertThat(jobs.awaitRun()).isTrue();
			LimitRegistry registry = context.getBean(LimitRegistry.class);
			long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
			while (registry.get("runs").statistics().denied() < 5 && System.nanoTime() < patience) {
				LockSupport.parkNanos(1_000_000);
			}
			assertThat(registry.get("runs").statistics().denied()).isGreaterThanOrEqualTo(5);
			assertThat(jobs.runs()).isEqualTo(1);
		}
		assertThat(output.getAll().split("Jobs.poll was skipped", -1)).hasSize(2);
		assertThat(output).contains("Limit 'runs' is exceeded. Retry after")
			.contains("ratelimit.limits.<name>.max-wait")
			.doesNotContain("ERROR", "Unexpected error occurred in scheduled task");
	}

	@Test
	void aRefusedEventListenerIsSkippedAndThePublisherContinues(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start(Events.class)) {
			for (int i = 0; i < 3; i++) {
				context.publishEvent(new Ordered("order"));
			}
			assertThat(context.getBean(Listener.class).heard()).isEqualTo(1);
		}
		assertThat(output.getAll().split("Listener.on was skipped", -1)).hasSize(2);
	}

	@Test
	void aMissingKeyIsAnErrorAndNotSkipped() {
		this.runner.withUserConfiguration(Events.class)
			.run((context) -> assertThatExceptionOfType(MissingKeyException.class)
				.isThrownBy(() -> context.publishEvent(new Shipped("order"))));
	}

	@Test
	void aMessageListenerThatDoesNotWaitIsAWarning(CapturedOutput output) {
		this.runner.withUserConfiguration(Messages.class).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("MessageListener.refuse listens to messages and refuses those beyond its limits")
			.doesNotContain("MessageListener.wait listens", "MessageListener.store listens");
	}

	private static ConfigurableApplicationContext start(Class<?> configuration) {
		String[] arguments = Stream.concat(Stream.of("spring.main.banner-mode=off"), Stream.of(LIMITS))
			.map((property) -> "--" + property)
			.toArray(String[]::new);
		return new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE).run(arguments);
	}

	/**
	 * An event.
	 *
	 * @param id what was ordered
	 */
	record Ordered(String id) {

	}

	/**
	 * Another event.
	 *
	 * @param id what was shipped
	 */
	record Shipped(String id) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableScheduling
	static class Scheduling {

		@Bean
		Jobs jobs() {
			return new Jobs();
		}

	}

	static class Jobs {

		private final AtomicInteger runs = new AtomicInteger();

		private final CountDownLatch calls = new CountDownLatch(1);

		/** Calls through the proxy, which has no fields of its own. */
		public int runs() {
			return this.runs.get();
		}

		public boolean awaitRun() throws InterruptedException {
			return this.calls.await(30, TimeUnit.SECONDS);
		}

		@Scheduled(fixedRate = 1, timeUnit = TimeUnit.MILLISECONDS)
		@RateLimited("runs")
		public void poll() {
			this.runs.incrementAndGet();
			this.calls.countDown();
		}

	}

	@Configuration
	@EnableAutoConfiguration
	static class Events {

		@Bean
		Listener listener() {
			return new Listener();
		}

	}

	static class Listener {

		private final AtomicInteger heard = new AtomicInteger();

		public int heard() {
			return this.heard.get();
		}

		@EventListener
		@RateLimited("runs")
		public void on(Ordered event) {
			this.heard.incrementAndGet();
		}

		@EventListener
		@RateLimited("keyed")
		public void on(Shipped event) {
			this.heard.incrementAndGet();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Messages {

		@Bean
		MessageListener messageListener() {
			return new MessageListener();
		}

	}

	static class MessageListener {

		@JmsListener(destination = "a")
		@RateLimited("runs")
		public void refuse(String message) {
		}

		@JmsListener(destination = "b")
		@RateLimited("paced")
		public void wait(String message) {
		}

		@JmsListener(destination = "c")
		@RateLimited(value = "runs", fallback = "later")
		public void store(String message) {
		}

		void later(String message) {
		}

	}

}
