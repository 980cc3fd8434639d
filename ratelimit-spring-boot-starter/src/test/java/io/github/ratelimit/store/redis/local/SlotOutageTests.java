package io.github.ratelimit.store.redis.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.StoreLog;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An outage of Redis while calls have slots: an instance never has more than the limit.
 */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class SlotOutageTests {

	private static final Limit SLOTS = Limit.named("slots").maxConcurrent(5).build();

	private RedisServer server;

	private StoreLog log;

	private StoreInstance instance;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
		this.log = new StoreLog();
	}

	private void start(OnStoreFailure policy) {
		this.instance = StoreInstance.through(this.server.port())
			.deadline(Duration.ofMillis(250))
			.onStoreFailure(policy)
			.slotLease(Duration.ofSeconds(3))
			.build()
			.awaitUp();
	}

	@AfterEach
	void close() {
		if (this.instance != null) {
			this.instance.close();
		}
		this.log.close();
		this.server.close();
	}

	@ParameterizedTest
	@EnumSource(names = { "SHARE", "LOCAL" })
	void withoutRedisTheSlotsThatCallsHaveStillCount(OnStoreFailure policy) {
		start(policy);
		List<ChargeDecision> held = hold(3);
		this.server.stop();

		List<ChargeDecision> more = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			ChargeDecision decision = this.instance.take(SLOTS, "caller");
			if (!decision.isViolated()) {
				more.add(decision);
			}
		}
		assertThat(more).hasSize(2);
		this.instance.store().giveBack(held.get(0));
		this.instance.store().giveBack(more.get(0));
		assertThat(this.instance.take(SLOTS, "caller").isViolated()).isFalse();
		assertThat(this.instance.take(SLOTS, "caller").isViolated()).isFalse();
		assertThat(this.instance.take(SLOTS, "caller").isViolated()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void slotsTakenWithoutRedisAreRegisteredWhenItReturns(boolean killed) {
		start(OnStoreFailure.SHARE);
		List<ChargeDecision> held = hold(2);
		if (killed) {
			this.server.kill();
		}
		else {
			this.server.stop();
		}
		List<ChargeDecision> more = hold(3);
		this.server.startAgain();
		this.instance.awaitUp();
		for (int i = 0; i < 20; i++) {
			assertThat(this.instance.take(SLOTS, "caller").isViolated()).isTrue();
		}
		Polling.until(Duration.ofSeconds(20), () -> "Redis has all slots, not " + slotsInRedis(),
				() -> slotsInRedis() == 5);

		held.forEach(this.instance.store()::giveBack);
		more.forEach(this.instance.store()::giveBack);
		Polling.until(Duration.ofSeconds(20), "all slots are free", () -> slotsInRedis() == 0);
		assertThat(hold(5)).hasSize(5);
	}

	@Test
	void neverMoreCallsThanTheLimitAreInFlightWhileRedisIsKilledRepeatedly() throws Exception {
		start(OnStoreFailure.SHARE);
		AtomicInteger underWay = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		AtomicInteger stop = new AtomicInteger();
		TestThreads.run(9, (thread) -> {
			if (thread == 0) {
				for (int i = 0; i < 4; i++) {
					this.server.kill();
					TimeUnit.MILLISECONDS.sleep(400);
					this.server.startAgain();
					TimeUnit.MILLISECONDS.sleep(700);
				}
				stop.set(1);
				return;
			}
			Deque<ChargeDecision> own = new ArrayDeque<>();
			while (stop.get() == 0) {
				ChargeDecision decision = this.instance.take(SLOTS, "caller");
				if (!decision.isViolated()) {
					most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
					own.add(decision);
				}
				if (own.size() > 1 || decision.isViolated()) {
					end(own, underWay);
				}
			}
			while (!own.isEmpty()) {
				end(own, underWay);
			}
		});
		assertThat(most.get()).isBetween(2, 5);
	}

	private void end(Deque<ChargeDecision> own, AtomicInteger underWay) {
		ChargeDecision ended = own.poll();
		if (ended != null) {
			underWay.decrementAndGet();
			this.instance.store().giveBack(ended);
		}
	}

	private List<ChargeDecision> hold(int count) {
		List<ChargeDecision> held = new ArrayList<>();
		Polling.until(Duration.ofSeconds(20), "slots are given", () -> {
			ChargeDecision decision = this.instance.take(SLOTS, "caller");
			if (!decision.isViolated()) {
				held.add(decision);
			}
			return held.size() == count;
		});
		return held;
	}

	private long slotsInRedis() {
		return this.instance.store()
			.find(Handles.of(SLOTS), held().key().id())
			.map((state) -> 5 - state.remaining())
			.orElse(0L);
	}

	private ChargeDecision held() {
		return this.instance.take(SLOTS, "caller", 0);
	}

}
