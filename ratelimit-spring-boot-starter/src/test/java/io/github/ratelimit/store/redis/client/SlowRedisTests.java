package io.github.ratelimit.store.redis.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.StoreLog;
import io.github.ratelimit.store.redis.server.FaultyProxy;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Redis is slower than the deadline, or the machine is busy: limits are still shared. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class SlowRedisTests {

	private static final Duration DEADLINE = Duration.ofMillis(50);

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final int THREADS = 4;

	private final AtomicLong allowed = new AtomicLong();

	private final List<StoreInstance> instances = new ArrayList<>();

	private RedisServer server;

	private FaultyProxy proxy;

	private StoreLog log;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
		this.proxy = FaultyProxy.inFrontOf(this.server);
		this.log = new StoreLog();
	}

	@AfterEach
	void close() {
		this.instances.forEach(StoreInstance::close);
		this.log.close();
		this.proxy.close();
		this.server.close();
	}

	@Test
	void instancesWhoseAnswersAreAlwaysLateShareALimit() throws Exception {
		Limit limit = StoreFixture.limit("shared", "300/365d");
		open(3);
		this.proxy.delayReplies(Duration.ofMillis(70));

		ask(limit, 900);

		// without it each would allow 300
		assertThat(this.allowed.get()).isBetween(300L, 375L);
		assertThat(this.instances).allMatch((instance) -> instance.store().status().equals("up"));
		assertThat(this.log.lines()).noneMatch((line) -> line.startsWith("WARN"));
		this.proxy.normal();
		Polling.until(SOON, "all that was allowed is charged", () -> owed(limit) >= this.allowed.get() - 300);
	}

	@Test
	void permitsTakenOnABusyMachineAreTakenFromTheSharedLimit() throws Exception {
		Limit limit = StoreFixture.limit("busy", "200/365d");
		AtomicBoolean ended = new AtomicBoolean();
		for (int i = 0; i < 6; i++) {
			Thread spinning = new Thread(() -> {
				while (!ended.get()) {
					Thread.onSpinWait();
				}
			});
			spinning.setDaemon(true);
			spinning.start();
		}
		try {
			open(2);
			ask(limit, 1_000);
		}
		finally {
			ended.set(true);
		}

		assertThat(this.allowed.get()).isBetween(200L, 210L);
		assertThat(this.log.lines()).noneMatch((line) -> line.startsWith("WARN"));
		assertThat(this.instances).allMatch((instance) -> instance.store().status().equals("up"));
	}

	private void open(int count) {
		for (int i = 0; i < count; i++) {
			this.instances.add(StoreInstance.through(this.proxy).deadline(DEADLINE).build());
		}
		// an application connects before it takes requests
		this.instances.forEach((instance) -> instance.awaitBack(SOON));
		this.log.lines().clear();
	}

	private void ask(Limit limit, int calls) throws Exception {
		AtomicLong left = new AtomicLong(calls);
		TestThreads.run(THREADS * this.instances.size(), (thread) -> {
			StoreInstance instance = this.instances.get(thread % this.instances.size());
			while (left.getAndDecrement() > 0) {
				this.allowed.addAndGet(instance.take(limit, "caller").isViolated() ? 0 : 1);
			}
		});
	}

	/** Returns the debt in permits, which the time to full shows. */
	private long owed(Limit limit) {
		Duration each = limit.rates().get(0).period().dividedBy(limit.capacity());
		Duration full = this.instances.get(0).take(limit, "caller", 0).resetAfter();
		return full.plus(each.dividedBy(2)).dividedBy(each) - limit.capacity();
	}

}
