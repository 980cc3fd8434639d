package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.NamedBudgets;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.PausedScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.script.LuaScript;
import io.github.ratelimit.store.redis.script.StoreScripts;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A decision waits once for Redis, with everything that belongs to it. */
@Tag("redis")
@Tag("version-independent")
class OneDeadlineTests {

	/** Longer than a busy machine keeps a thread from running. */
	private static final Duration DEADLINE = Duration.ofSeconds(2);

	private static final Key CALLER = Key.of("caller");

	private final TimeSource time = TimeSource.system();

	@BeforeEach
	void flush() {
		SharedRedis.flush();
	}

	@ParameterizedTest
	@EnumSource(names = { "LOCAL", "DENY" })
	void aRefusalIsCountedAndItsKeyIsBannedWithinTheDeadlineOfTheDecision(OnStoreFailure policy) {
		PausedScriptClient redis = new PausedScriptClient(redis());
		List<Key> bans = new ArrayList<>();
		try (RedisStore store = store(redis, policy)) {
			ChargeLimiter limiter = new ChargeLimiter(store, NamedBudgets.NONE, new KillSwitch(true),
					new LimiterFailures(this.time), this.time, new RateLimitListener() {

						@Override
						public void banned(RegisteredLimit limit, Key key, Duration ban) {
							bans.add(key);
						}

					}, WaitingThreadLimit.NONE);
			Charge call = Charge.of(banning(LimitMode.ENFORCE), CALLER, 1);
			store.settle(store.take(call.withPermits(2)), 3);
			redis.stop();

			Decision refused = within(DEADLINE.multipliedBy(2), () -> limiter.tryAcquire(call));

			assertThat(refused.isAllowed()).isFalse();
			assertThat(refused.isDegraded()).isFalse();
			assertThat(bans).containsExactly(CALLER);
			assertThat(limiter.tryAcquire(call).limits()).singleElement().matches(LimitDecision::isBanned);
			redis.goOn();
		}
	}

	@Test
	void whatABlockedKeyWasGrantedInShadowModeIsGivenBackWithinTheDeadlineOfTheDecision() {
		ScriptClient redis = redis();
		Duration reply = DEADLINE.multipliedBy(3).dividedBy(4);
		ScriptClient slow = (ScriptClient) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { ScriptClient.class }, (proxy, method, arguments) -> {
					if (!method.getName().equals("run")) {
						return method.invoke(redis, arguments);
					}
					if (((LuaScript) arguments[0]).toString().equals("give-back")) {
						return new CompletableFuture<byte[]>();
					}
					return ((CompletableFuture<?>) method.invoke(redis, arguments)).thenApplyAsync((bytes) -> bytes,
							CompletableFuture.delayedExecutor(reply.toMillis(), TimeUnit.MILLISECONDS));
				});
		try (RedisStore store = store(slow, OnStoreFailure.LOCAL);
				RedisStore other = store(redis(), OnStoreFailure.LOCAL)) {
			LimitHandle tried = banning(LimitMode.SHADOW);
			other.block(tried, CALLER, this.time.wallTime().plusSeconds(3600));
			Charge call = Charge.of(tried, CALLER, 1).asDryRun();

			ChargeDecision decided = within(DEADLINE.plus(reply.dividedBy(2)), () -> store.take(call));

			assertThat(decided.isBanned()).isTrue();
			assertThat(decided.isDegraded()).isFalse();
		}
	}

	private static <T> T within(Duration most, Supplier<T> action) {
		long start = System.nanoTime();
		T result = action.get();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(most);
		return result;
	}

	private static LimitHandle banning(LimitMode mode) {
		Limit login = Limit.named("login").rates(Rate.parse("2/365d")).costed(true).build();
		return RegisteredLimit
			.of(LimitSettings.of(login)
				.withMode(mode)
				.withPenalty(new Penalty(1, Duration.ofMinutes(10), Duration.ofHours(1))))
			.handle();
	}

	private static ScriptClient redis() {
		return ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port()));
	}

	private RedisStore store(ScriptClient redis, OnStoreFailure policy) {
		RedisStoreSettings settings = new RedisStoreSettings(RedisStoreSettings.DEFAULT_KEY_PREFIX, DEADLINE, 1_000,
				policy);
		return new RedisStore(redis, StoreScripts.load(), settings, new MemoryStore(this.time, 1_000), this.time,
				StoreObserver.NONE);
	}

}
