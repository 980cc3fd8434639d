package io.github.ratelimit.store.redis.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.NamedBudgets;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitStatistics;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.StoreLog;
import io.github.ratelimit.store.redis.server.FaultyProxy;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls are queued while Redis does not answer, or too late. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class PacedOutageTests {

	/** A busy machine may resume a thread this much later. */
	private static final Duration BUSY = Duration.ofSeconds(2);

	private static final Duration PATIENT = Duration.ofSeconds(5);

	private static final Limit TEN_A_SECOND = paced("10/s", Duration.ofSeconds(4));

	private static final Limit TWENTY_A_SECOND = paced("20/s", Duration.ofSeconds(2));

	private final LimitRegistry registry = new LimitRegistry();

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
		this.log.close();
		this.proxy.close();
		this.server.close();
	}

	private static Limit paced(String rate, Duration maxWait) {
		return Limit.named("paced")
			.rates(List.of(Rate.parse(rate)))
			.maxWait(maxWait, Limit.DEFAULT_MAX_WAITING)
			.build();
	}

	@ParameterizedTest
	@EnumSource
	void theWholeQueueIsDecidedByThePolicyWhenItsHeadGetsNoAnswer(OnStoreFailure policy) throws Exception {
		try (StoreInstance instance = instance(policy, PATIENT)) {
			Callers callers = callersOf(TEN_A_SECOND, instance);
			this.server.pause();

			Queue<Call> calls = callers.call(20);

			areDecidedByPolicy(calls, 20, policy, callers);
			assertThat(instance.store().status()).as("what happens is not for the breaker").isEqualTo("up");
			this.server.resume();
			Polling.until(Duration.ofSeconds(20), "Redis decides again", () -> !callers.call().isDegraded());
		}
	}

	@ParameterizedTest
	@EnumSource
	void aCallThatIsTooLateBecauseOfTheStoreIsRefusedByThePolicy(OnStoreFailure policy) throws Exception {
		try (StoreInstance instance = instance(policy, PATIENT)) {
			Callers callers = callersOf(TWENTY_A_SECOND, instance);
			this.server.pause();

			// as many scheduled permits as are due within the longest wait
			Queue<Call> calls = callers.call(40);

			assertThat(calls).hasSize(40).allMatch((call) -> call.decision().isDegraded());
			assertThat(callers.statistics().degraded()).isEqualTo(40);
			areInTime(calls, callers.limit());
			switch (policy) {
				case ALLOW -> assertThat(calls).allMatch((call) -> call.decision().isAllowed());
				case DENY -> assertThat(calls).allMatch(Call::isUnavailable);
				// those that are late on a busy machine arrive within their own wait
				default ->
					assertThat(calls).filteredOn((call) -> call.decision().isAllowed()).hasSizeGreaterThanOrEqualTo(10);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void theQueueOfAServerThatHasEndedIsDecidedByThePolicy(OnStoreFailure policy) throws Exception {
		try (StoreInstance instance = instance(policy, PATIENT)) {
			Callers callers = callersOf(TWENTY_A_SECOND, instance);
			this.server.kill();

			areDecidedByPolicy(callers.call(20), 20, policy, callers);
		}
	}

	@ParameterizedTest
	@EnumSource
	void answersThatComeTooLateForTheQueueAreNotWaitedForOneByOne(OnStoreFailure policy) throws Exception {
		try (StoreInstance instance = instance(policy, PATIENT)) {
			Callers callers = callersOf(paced("20/s", Duration.ofSeconds(4)), instance);
			this.proxy.delayReplies(Duration.ofMillis(1600));

			areDecidedByPolicy(callers.call(20), 20, policy, callers);

			this.proxy.normal();
			Polling.until(Duration.ofSeconds(20), "Redis decides again", () -> !callers.call().isDegraded());
			assertThat(this.log.lines()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void answersAfterTheDeadlineAreLateAndNotAway(OnStoreFailure policy) throws Exception {
		try (StoreInstance instance = instance(policy, Duration.ofMillis(100))) {
			Callers callers = callersOf(TWENTY_A_SECOND, instance);
			this.proxy.delayReplies(Duration.ofMillis(300));

			Queue<Call> calls = callers.call(20);

			assertThat(calls).hasSize(20).allMatch((call) -> call.decision().isAllowed());
			assertThat(calls).noneMatch((call) -> call.decision().isDegraded());
			areInTime(calls, callers.limit());
		}
	}

	@Test
	void duePermitsAreNotWaitedForAgainWhenTheBreakerOpens() throws Exception {
		try (StoreInstance instance = instance(OnStoreFailure.LOCAL, Duration.ofMillis(100))) {
			Callers callers = callersOf(paced("20/s", Duration.ofSeconds(4)), instance);
			this.server.pause();

			Queue<Call> calls = callers.call(64);

			assertThat(instance.store().status()).isEqualTo("degraded");
			assertThat(calls).hasSize(64).allMatch((call) -> call.decision().isAllowed());
		}
	}

	private static void areDecidedByPolicy(Queue<Call> calls, int count, OnStoreFailure policy, Callers callers) {
		assertThat(calls).hasSize(count).allMatch((call) -> call.decision().isDegraded());
		if (policy == OnStoreFailure.DENY) {
			assertThat(calls).allMatch(Call::isUnavailable);
		}
		else {
			assertThat(calls).allMatch((call) -> call.decision().isAllowed());
		}
		assertThat(callers.statistics().degraded()).isEqualTo(count);
		areInTime(calls, callers.limit());
	}

	private static void areInTime(Queue<Call> calls, Limit limit) {
		assertThat(calls).allMatch((call) -> call.decision().scheduledAfterNanos() <= limit.maxWait().toNanos());
		assertThat(calls).allMatch((call) -> call.took().compareTo(limit.maxWait().plus(BUSY)) < 0);
	}

	private StoreInstance instance(OnStoreFailure policy, Duration deadline) {
		return StoreInstance.through(this.proxy).deadline(deadline).onStoreFailure(policy).build().awaitUp();
	}

	/** Returns callers, one of whom has called already. */
	private Callers callersOf(Limit limit, StoreInstance instance) {
		RegisteredLimit registered = this.registry.register(limit, List.of());
		Callers callers = new Callers(registered.handle(), registered.statistics(),
				new ChargeLimiter(instance.store(), NamedBudgets.NONE, new KillSwitch(true),
						new LimiterFailures(TimeSource.system()), TimeSource.system(), RateLimitListener.NONE,
						WaitingThreadLimit.NONE));
		Polling.until(PATIENT, "Redis decides", () -> !callers.call().isDegraded());
		return callers;
	}

	private record Callers(LimitHandle handle, LimitStatistics statistics, ChargeLimiter limiter) {

		Decision call() {
			return this.limiter.acquire(List.of(Charge.of(this.handle, Key.of("caller"), 1)));
		}

		Limit limit() {
			return this.handle.limit();
		}

		Queue<Call> call(int count) throws Exception {
			Queue<Call> calls = new ConcurrentLinkedQueue<>();
			TestThreads.run(count, (thread) -> {
				long start = System.nanoTime();
				Decision decision = call();
				calls.add(new Call(decision, Duration.ofNanos(System.nanoTime() - start)));
			});
			return calls;
		}

	}

	private record Call(Decision decision, Duration took) {

		boolean isUnavailable() {
			return this.decision.limits().stream().allMatch(LimitDecision::isUnavailable);
		}

	}

}
