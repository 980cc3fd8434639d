package io.github.ratelimit.store.redis.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.StoreLog;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Redis is paused for so long that its connection is replaced meanwhile. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class LongPauseTests {

	private static final Limit LIMIT = StoreInstance.STILL;

	private static final Duration PAUSE = Duration.ofSeconds(10);

	private final AtomicLong calls = new AtomicLong();

	private final AtomicLong longest = new AtomicLong();

	private final AtomicLong grantedByRedis = new AtomicLong();

	private final AtomicLong grantedWithoutRedis = new AtomicLong();

	@Test
	void tenSecondsWithoutAnAnswerFailNoCallAndSendAlmostNothing() throws Exception {
		try (StoreLog log = new StoreLog();
				RedisServer server = RedisServer.start();
				StoreInstance instance = StoreInstance.through(server.port())
					.deadline(Duration.ofMillis(200))
					.build()) {
			instance.awaitUp();
			call(instance);
			assertThat(this.grantedByRedis).hasValue(1);
			server.pause();
			long end = System.nanoTime() + PAUSE.toNanos();
			TestThreads.run(4, (thread) -> {
				while (System.nanoTime() < end) {
					call(instance);
					TimeUnit.MICROSECONDS.sleep(500);
				}
			});
			assertThat(instance.sent().count("take")).isLessThan(30);
			// one at a time, 150 ms apart at least
			assertThat(instance.sent().count("probe")).isBetween(4L, 67L);
			assertThat(instance.sent().reconnections()).isPositive();
			assertThat(log.lines()).filteredOn((line) -> line.startsWith("WARN")).hasSize(1);

			server.resume();
			instance.awaitUp();
			for (int i = 0; i < 50; i++) {
				call(instance);
			}
			assertThat(instance.store().status()).isEqualTo("up");
			assertThat(server.calls("evalsha")).isLessThanOrEqualTo(instance.sent().count());
			long granted = this.grantedByRedis.get() + this.grantedWithoutRedis.get();
			Polling.until(StoreInstance.BACK, "what was granted is charged", () -> LIMIT.capacity()
					- instance.remaining(LIMIT, "caller") >= Math.min(LIMIT.capacity(), granted));
		}
		assertThat(this.calls).hasValueGreaterThan(1000);
		assertThat(Duration.ofNanos(this.longest.get())).isLessThan(Duration.ofSeconds(5));
		assertThat(this.grantedByRedis).hasValueGreaterThan(1);
		assertThat(this.grantedWithoutRedis).hasValueBetween(100L, LIMIT.capacity() - 1);
	}

	private void call(StoreInstance instance) {
		long began = System.nanoTime();
		ChargeDecision decision = instance.take(LIMIT, "caller");
		this.longest.accumulateAndGet(System.nanoTime() - began, Math::max);
		this.calls.incrementAndGet();
		if (!decision.isViolated()) {
			(decision.isDegraded() ? this.grantedWithoutRedis : this.grantedByRedis).incrementAndGet();
		}
	}

}
