package io.github.ratelimit.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Asynchronous calls over a Redis that takes its time. */
@Tag("redis")
@Tag("version-independent")
class AsyncRedisTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private final RedisServer redis = RedisServer.start();

	private final StoreInstance instance = StoreInstance.on(this.redis).awaitUp();

	private final LimitRegistry registry = new LimitRegistry();

	private final StoreRateLimiter limiter = StoreRateLimiter.create(this.registry, this.instance.store(),
			new KillSwitch(true), new LimiterFailures(TimeSource.system()));

	@BeforeEach
	void register() {
		this.registry.register(StoreInstance.STILL, List.of());
		this.registry.register(Limit.named("slots").maxConcurrent(5).build(), List.of());
		this.registry.register(
				Limit.named("paced").rates(Rate.parse("1000/s")).maxWait(Duration.ofSeconds(20), 1000).build(),
				List.of());
	}

	@AfterEach
	void stop() {
		this.instance.close();
		this.redis.close();
	}

	private CompletableFuture<Decision> call(String limit) {
		return this.limiter.acquireAsync(limit, "ann", 1);
	}

	private List<CompletableFuture<Decision>> callsWhileRedisIsPaused(String limit, int number) {
		return callsWhileRedisIsPaused(limit, number, (call) -> {
		});
	}

	private List<CompletableFuture<Decision>> callsWhileRedisIsPaused(String limit, int number,
			Consumer<CompletableFuture<Decision>> meanwhile) {
		this.limiter.tryAcquire(limit, "ann", 0);
		List<CompletableFuture<Decision>> calls = new ArrayList<>();
		this.redis.pause();
		try {
			for (int i = 0; i < number; i++) {
				calls.add(call(limit));
			}
			assertThat(calls).noneMatch(CompletableFuture::isDone);
			calls.forEach(meanwhile);
		}
		finally {
			this.redis.resume();
		}
		return calls;
	}

	private static long allowed(List<CompletableFuture<Decision>> calls) {
		calls.forEach((call) -> assertThat(call).succeedsWithin(LONG));
		return calls.stream().filter((call) -> call.join().isAllowed()).count();
	}

	@Test
	void noThreadWaitsAndAsManyAreAllowedAsThereArePermits() {
		assertThat(allowed(callsWhileRedisIsPaused("still", 400))).isEqualTo(365);
	}

	@Test
	void callsOfOneKeyShareCallsOfRedis() {
		long before = this.redis.calls("evalsha");
		assertThat(allowed(callsWhileRedisIsPaused("still", 400))).isEqualTo(365);
		assertThat(this.redis.calls("evalsha") - before).isLessThan(50);
	}

	@Test
	void callsInFlightAreCounted() {
		List<CompletableFuture<Decision>> calls = callsWhileRedisIsPaused("slots", 20);
		assertThat(allowed(calls)).isEqualTo(5);

		calls.stream()
			.map(CompletableFuture::join)
			.filter(Decision::isAllowed)
			.forEach((decision) -> decision.permit().close());
		assertThat(remaining("slots")).isEqualTo(5);
	}

	@Test
	void aCallIsQueuedWithoutAThreadWhileItsPermitIsTaken() {
		assertThat(allowed(callsWhileRedisIsPaused("paced", 10))).isEqualTo(10);
	}

	@Test
	void aCancelledCallTakesNothing() {
		callsWhileRedisIsPaused("still", 100, (call) -> call.cancel(false));
		callsWhileRedisIsPaused("slots", 5, (call) -> call.cancel(false));

		Polling.until(LONG,
				() -> remaining("still") + " of 365 permits and " + remaining("slots") + " of 5 slots are there",
				() -> remaining("still") == 365 && remaining("slots") == 5);
	}

	private long remaining(String limit) {
		return this.limiter.tryAcquire(limit, "ann", 0).limits().get(0).remaining();
	}

	@Test
	void withoutRedisACallIsDecidedByPolicy() {
		this.redis.stop();
		this.instance.awaitDown();
		assertThat(call("still").join().isDegraded()).isTrue();
	}

}
