package io.github.ratelimit.observation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.event.KeyNearLimitEvent;
import io.github.ratelimit.event.RateLimitDeniedEvent;
import io.github.ratelimit.event.RateLimitDeniedEvent.Reason;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.NamedBudgets;
import io.github.ratelimit.limiter.StoreRateLimiter;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.store.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.SmartApplicationListener;

@ExtendWith(OutputCaptureExtension.class)
class DenialPublisherTests {

	private static final Key SECRET = Key.of("sk-proj-4f9a8b7c6d5e");

	private final ManualTime time = new ManualTime();

	private final LimitRegistry registry = new LimitRegistry();

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	private final DenialPublisher publisher = new DenialPublisher(this.context, () -> null);

	private final RateLimiter limiter = new StoreRateLimiter(this.registry, NamedBudgets.NONE,
			new ChargeLimiter(new MemoryStore(this.time, 100), NamedBudgets.NONE, new KillSwitch(true),
					new LimiterFailures(this.time), this.time, this.publisher, WaitingThreadLimit.NONE));

	private final Logger log = (Logger) LoggerFactory.getLogger(DenialPublisher.DENIED_LOGGER);

	DenialPublisherTests() {
		this.log.setLevel(Level.INFO);
		this.registry.register(LimitSettings.of(Limit.of("chat", Rate.parse("5/min"))), List.of());
	}

	@AfterEach
	void close() {
		this.log.setLevel(null);
		this.context.close();
	}

	@Test
	void eventsSayWhichKeyAndWhyAndNothingRaw() {
		this.context.registerBean(Listener.class);
		this.context.refresh();
		for (int i = 0; i < 8; i++) {
			this.limiter.tryAcquire("chat", SECRET.text());
		}
		this.time.advance(Duration.ofSeconds(1));
		this.limiter.tryAcquire("chat", SECRET.text());
		this.limiter.tryAcquire("chat", "another", 6);

		List<Object> events = this.context.getBean(Listener.class).events;
		assertThat(events).containsExactly(new KeyNearLimitEvent("chat", SECRET.label(), null, 1, 5),
				new RateLimitDeniedEvent("chat", SECRET.label(), null, Reason.EXHAUSTED, Duration.ofSeconds(12), 0),
				new RateLimitDeniedEvent("chat", SECRET.label(), null, Reason.EXHAUSTED, Duration.ofSeconds(11), 2),
				new RateLimitDeniedEvent("chat", Key.of("another").label(), null, Reason.TOO_LARGE, null, 0));
		assertThat(events.toString()).contains(SECRET.id()).doesNotContain("4f9a8b7c");
	}

	@Test
	void denialsAreLoggedAtDebugLevelWithoutAnyListener(CapturedOutput output) {
		this.context.refresh();
		this.log.setLevel(Level.DEBUG);
		for (int i = 0; i < 8; i++) {
			this.limiter.tryAcquire("chat", SECRET.text());
		}
		assertThat(output.toString().split("denied a call", -1)).hasSize(2);
		assertThat(output)
			.contains("Limit 'chat' denied a call of key sk-p***5e (" + SECRET.id() + "), path unknown, "
					+ "reason EXHAUSTED, retry after 12000 ms; 0 more denials of this key since the last such line")
			.doesNotContain("4f9a8b7c");
	}

	@Test
	void nothingIsWantedWhereTheApplicationDoesNotListen(CapturedOutput output) {
		this.context.registerBean("other", ContextListener.class);
		this.context.registerBean("forwarding", forwarding());
		this.context.registerBean("smart", SmartListener.class);
		this.context.refresh();
		assertThat(this.publisher.wantsDenials()).isFalse();
		assertThat(this.publisher.wantsNearLimits()).isFalse();
		for (int i = 0; i < 8; i++) {
			this.limiter.tryAcquire("chat", SECRET.text());
		}
		assertThat(output).doesNotContain("denied a call");
	}

	@Test
	void aListenerIsFoundHoweverItIsMade() {
		this.context.refresh();
		assertThat(this.publisher.wantsDenials()).isFalse();
		ApplicationListener<PayloadApplicationEvent<RateLimitDeniedEvent>> late = PayloadListener.INSTANCE;
		this.context.addApplicationListener(late);
		assertThat(this.publisher.wantsDenials()).isTrue();
		assertThat(this.publisher.wantsNearLimits()).isFalse();
	}

	@Test
	void aListenerOfAParentContextIsFound() {
		try (AnnotationConfigApplicationContext parent = new AnnotationConfigApplicationContext(Listener.class)) {
			this.context.setParent(parent);
			this.context.refresh();
			assertThat(this.publisher.wantsNearLimits()).isTrue();
		}
	}

	@Test
	void aLazyListenerIsFoundByItsType() {
		this.context.registerBean("lazy", LazyListener.class, (definition) -> definition.setLazyInit(true));
		this.context.refresh();
		assertThat(this.publisher.wantsDenials()).isTrue();
		assertThat(this.publisher.wantsNearLimits()).isFalse();
	}

	@Test
	void aListenerOfAllEventsIsFound() {
		this.context.addApplicationListener(new AnyListener());
		this.context.refresh();
		assertThat(this.publisher.wantsDenials()).isTrue();
		assertThat(this.publisher.wantsNearLimits()).isTrue();
	}

	@SuppressWarnings("unchecked")
	private static Class<? extends ApplicationListener<?>> forwarding() {
		try {
			return (Class<? extends ApplicationListener<?>>) Class
				.forName("org.springframework.security.context.DelegatingApplicationListener");
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException("Spring Security has moved its listener of all events", ex);
		}
	}

	static class Listener {

		final List<Object> events = new ArrayList<>();

		@EventListener
		void denied(RateLimitDeniedEvent event) {
			this.events.add(event);
		}

		@EventListener
		void near(KeyNearLimitEvent event) {
			this.events.add(event);
		}

	}

	static class ContextListener implements ApplicationListener<ContextRefreshedEvent> {

		@Override
		public void onApplicationEvent(ContextRefreshedEvent event) {
		}

	}

	static class AnyListener implements ApplicationListener<ApplicationEvent> {

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
		}

	}

	/** Declares that it takes any event, and takes one type. */
	static class SmartListener implements SmartApplicationListener {

		@Override
		public boolean supportsEventType(Class<? extends ApplicationEvent> eventType) {
			return eventType == ContextRefreshedEvent.class;
		}

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
		}

	}

	static class LazyListener implements ApplicationListener<PayloadApplicationEvent<RateLimitDeniedEvent>> {

		@Override
		public void onApplicationEvent(PayloadApplicationEvent<RateLimitDeniedEvent> event) {
		}

	}

	enum PayloadListener implements ApplicationListener<PayloadApplicationEvent<RateLimitDeniedEvent>> {

		INSTANCE;

		@Override
		public void onApplicationEvent(PayloadApplicationEvent<RateLimitDeniedEvent> event) {
		}

	}

}
