package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** When the store is warmed up, and when it is closed. */
class RedisStoreLifecycleTests {

	private static final int WEB_SERVER = SmartLifecycle.DEFAULT_PHASE - 2048;

	private static final int CONNECTIONS = 0;

	private final List<String> started = new ArrayList<>();

	private final List<String> stopped = new ArrayList<>();

	@Test
	void theStoreIsWarmedUpOnceAfterTheConnectionsAndBeforeTheWebServer() {
		try (AnnotationConfigApplicationContext context = start()) {
			assertThat(this.started).containsExactly("connections", "store", "web server");
			context.stop();
			context.start();
			assertThat(this.started).containsOnlyOnce("store");
		}
	}

	@Test
	void theStoreIsClosedAfterTheWebServerAndBeforeTheConnections() {
		AnnotationConfigApplicationContext context = start();
		context.close();
		assertThat(this.stopped).containsExactly("web server", "store", "connections");
	}

	@Test
	void theStoreOfAPausedContextStaysOpen() {
		try (AnnotationConfigApplicationContext context = start()) {
			context.stop();
			context.start();
			assertThat(this.stopped).containsExactly("web server", "connections");
		}
		assertThat(this.stopped).contains("store");
	}

	@Test
	void closingAChildContextDoesNotCloseTheStore() {
		try (AnnotationConfigApplicationContext context = start()) {
			try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
				child.setParent(context);
				child.refresh();
			}
			context.stop();
			assertThat(this.stopped).doesNotContain("store");
		}
	}

	private AnnotationConfigApplicationContext start() {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.registerBean("connections", Stopping.class, () -> new Stopping("connections", CONNECTIONS));
		context.registerBean("webServer", Stopping.class, () -> new Stopping("web server", WEB_SERVER));
		context.registerBean(RedisStoreLifecycle.class, () -> new RedisStoreLifecycle(() -> this.started.add("store"),
				() -> this.stopped.add("store"), context));
		context.refresh();
		return context;
	}

	private final class Stopping implements SmartLifecycle {

		private final String name;

		private final int phase;

		private boolean running;

		Stopping(String name, int phase) {
			this.name = name;
			this.phase = phase;
		}

		@Override
		public void start() {
			this.running = true;
			RedisStoreLifecycleTests.this.started.add(this.name);
		}

		@Override
		public void stop() {
			this.running = false;
			RedisStoreLifecycleTests.this.stopped.add(this.name);
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return this.phase;
		}

	}

}
