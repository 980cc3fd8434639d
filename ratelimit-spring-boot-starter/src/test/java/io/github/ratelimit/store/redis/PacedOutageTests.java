package io.github.ratelimit.store.redis;

import io.github.ratelimit.Charge;
import io.github.ratelimit.Decision;
import io.github.ratelimit.Degradation;
import io.github.ratelimit.Key;
import io.github.ratelimit.KillSwitch;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitRegistry;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Calls wait for their turn while Redis answers nothing. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class PacedOutageTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(4);

	private static final Limit PACED = Limit.named("paced")
		.rates(List.of(Rate.parse("10/s")))
		.maxWait(MAX_WAIT, Limit.DEFAULT_MAX_WAITING)
		.build();

	private RedisServer server;

	private StoreLog log;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
		this.log = new StoreLog();
	}

	@AfterEach
	void close() {
		this.log.close();
		this.server.close();
	}

	@ParameterizedTest
	@EnumSource
	void aRedisThatAnswersNothingRefusesNobodyForItself(OnStoreFailure policy) throws Exception {
		try (Instance instance = Instance.through(this.server.port())
			.deadline(Duration.ofSeconds(5))
			.onStoreFailure(policy)
			.build()
			.awaitUp()) {
			LimitRegistry registry = new LimitRegistry();
			registry.register(PACED, List.of());
			RateLimiter limiter = RateLimiter.create(registry, instance.store(), new KillSwitch(true),
					new Degradation(TimeSource.system()));
			assertThat(limiter.tryAcquire(new Charge(PACED, Key.of("caller"), 1)).allowed()).isTrue();
			this.server.pause();

			Queue<Decision> decisions = new ConcurrentLinkedQueue<>();
			TestThreads.run(20, (thread) -> {
				Decision decision = limiter
					.tryAcquire(new Charge(PACED, Key.of("caller"), 1).waiting(MAX_WAIT.toNanos()));
				decisions.add(decision);
			});
			assertThat(decisions).hasSize(20);
		}
	}

}
