package io.github.ratelimit.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Settings that concern a shared store, which change while several threads make calls.
 */
@Tag("redis")
@Tag("version-independent")
@Timeout(120)
class LiveRedisSettingsTests {

	private static final int CALLERS = 4;

	/** More than a test takes. */
	private static final long PERMITS = 100_000_000;

	private static final Duration LONG = Duration.ofSeconds(30);

	private final RedisServer redis = RedisServer.start();

	private final StoreInstance instance = StoreInstance.on(this.redis).awaitUp();

	private final LimitRegistry registry = new LimitRegistry();

	private final RegisteredLimit chat = this.registry
		.register(Limit.of("chat", Rate.of(PERMITS, Rate.MAX_TIME_TO_FULL)), List.of());

	private final StoreRateLimiter limiter = StoreRateLimiter.create(this.registry, this.instance.store(),
			new KillSwitch(true), new LimiterFailures(TimeSource.system()));

	private final AtomicLong allowed = new AtomicLong();

	@AfterEach
	void stop() {
		this.instance.close();
		this.redis.close();
	}

	@Test
	void theLeaseChangesAndNoPermitIsLostOrGivenTwice() throws Exception {
		underLoad((decision) -> assertThat(decision.isDegraded()).isFalse(), () -> {
			for (int i = 0; i < 30; i++) {
				Duration lease = (i % 3 == 2) ? null : Duration.ofMillis(200 + 100 * i);
				this.chat.change((settings) -> settings.withLease(lease));
				await(200);
			}
		});
		assertThat(this.instance.told().failures()).isEmpty();

		this.chat.change((settings) -> settings.withLease(null));
		Polling.until(LONG, () -> this.allowed.get() + " were allowed, and " + remaining() + " are left",
				() -> this.allowed.get() + remaining() == PERMITS);
	}

	@Test
	void aLeaseThatBeginsSparesCallsOfRedisAndOneThatEndsDoesNot() throws Exception {
		underLoad((decision) -> {
		}, () -> {
			this.chat.change((settings) -> settings.withLease(Duration.ofSeconds(5)));
			Polling.until(LONG, "calls are decided without Redis", () -> callsOfRedisFor(2_000) < 200);
			this.chat.change((settings) -> settings.withLease(null));
			Polling.until(LONG, "calls are decided by Redis", () -> callsOfRedisFor(2_000) > 400);
		});
	}

	@Test
	void whatTheLimitDoesWithoutRedisChanges() throws Exception {
		this.redis.stop();
		this.instance.awaitDown();
		underLoad((decision) -> assertThat(decision.isDegraded()).isTrue(), () -> {
			for (int i = 0; i < 20; i++) {
				for (OnStoreFailure policy : OnStoreFailure.values()) {
					this.chat.change((settings) -> settings.withOnStoreFailure(policy));
					LimitDecision decision = call().limits().get(0);
					assertThat(decision.isViolated()).as(policy.name()).isEqualTo(policy == OnStoreFailure.DENY);
					assertThat(decision.hasFacts()).as(policy.name())
						.isEqualTo(policy == OnStoreFailure.SHARE || policy == OnStoreFailure.LOCAL);
				}
			}
		});
	}

	private Decision call() {
		return this.limiter.tryAcquire("chat", "ann");
	}

	private long remaining() {
		return this.instance.store().take(Charge.of(this.chat.handle(), Key.of("ann"), 0)).remaining();
	}

	/** Lets the other threads make so many calls. */
	private void await(long calls) {
		long before = this.allowed.get();
		Polling.until(LONG, "calls are made", () -> this.allowed.get() - before >= calls);
	}

	private long callsOfRedisFor(long calls) {
		long before = this.redis.calls("evalsha");
		await(calls);
		return this.redis.calls("evalsha") - before;
	}

	/** Changes settings while other threads make calls. */
	private void underLoad(Consumer<Decision> check, Runnable changes) throws Exception {
		AtomicBoolean over = new AtomicBoolean();
		TestThreads.run(CALLERS + 1, (thread) -> {
			if (thread > 0) {
				while (!over.get()) {
					Decision decision = call();
					this.allowed.addAndGet(decision.isAllowed() ? 1 : 0);
					check.accept(decision);
				}
				return;
			}
			try {
				changes.run();
			}
			finally {
				over.set(true);
			}
		});
	}

}
