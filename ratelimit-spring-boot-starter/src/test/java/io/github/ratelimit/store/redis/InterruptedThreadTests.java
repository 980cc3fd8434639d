package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.bucket4j.BlockingBucket;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketListener;
import io.github.bucket4j.VerboseBlockingBucket;
import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.bucket4j.BucketTestClient;
import io.github.ratelimit.store.redis.bucket4j.BucketTestClient.OpenBuckets;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.script.StoreScripts;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An interrupted thread takes what it reports to have taken. */
@Tag("redis")
class InterruptedThreadTests {

	private static final BucketConfiguration PLENTY = BucketConfiguration.builder()
		.addLimit((limit) -> limit.capacity(200).refillGreedy(1, Duration.ofDays(1)))
		.build();

	private static final Duration MOMENT = Duration.ofMillis(1);

	@BeforeEach
	void begin() {
		SharedRedis.flush();
	}

	@AfterEach
	void end() {
		Thread.interrupted();
	}

	@ParameterizedTest
	@EnumSource
	void aBucketAnswersAndTheThreadStaysInterrupted(BucketTestClient client) {
		try (OpenBuckets open = client.open(SharedRedis.server())) {
			Bucket bucket = open.buckets().getProxy("caller", () -> PLENTY);
			for (int i = 0; i < 150; i++) {
				Thread.currentThread().interrupt();
				assertThat(bucket.tryConsume(1)).isTrue();
				assertThat(Thread.interrupted()).isTrue();
			}
			Thread.currentThread().interrupt();
			assertThat(bucket.asBlocking().tryConsumeUninterruptibly(1, MOMENT)).isTrue();
			bucket.asBlocking().consumeUninterruptibly(1);
			assertThat(bucket.asBlocking().asVerbose().tryConsumeUninterruptibly(1, MOMENT).getValue()).isTrue();
			bucket.asBlocking().asVerbose().consumeUninterruptibly(1);
			assertThat(bucket.getAvailableTokens()).isEqualTo(46);
			assertThat(Thread.interrupted()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatThrowsInterruptedExceptionTakesNothing(BucketTestClient client) {
		try (OpenBuckets open = client.open(SharedRedis.server())) {
			Bucket plain = open.buckets().getProxy("caller", () -> PLENTY);
			for (Bucket bucket : List.of(plain, plain.toListenable(BucketListener.NOPE))) {
				BlockingBucket blocking = bucket.asBlocking();
				VerboseBlockingBucket verbose = blocking.asVerbose();
				List<BlockingCall> calls = List.of(() -> blocking.tryConsume(1, MOMENT), () -> blocking.consume(1),
						() -> verbose.tryConsume(1, MOMENT), () -> verbose.consume(1));
				for (BlockingCall call : calls) {
					Thread.currentThread().interrupt();
					assertThatExceptionOfType(InterruptedException.class).isThrownBy(call::run);
					assertThat(Thread.currentThread().isInterrupted()).isFalse();
				}
				assertThat(bucket.getAvailableTokens()).isEqualTo(200);
			}
		}
	}

	@ParameterizedTest
	@EnumSource(Algorithm.class)
	void aDecisionIsStillMadeInRedis(Algorithm algorithm) {
		try (RedisStore store = new RedisStore(
				ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port())), StoreScripts.load(),
				RedisTestStore.patient(), new MemoryStore(new ManualTime(), 100), TimeSource.system(),
				StoreObserver.NONE)) {
			Limit limit = StoreFixture.limit("chat", algorithm, "10/d");
			Thread.currentThread().interrupt();
			for (int i = 0; i < 10; i++) {
				ChargeDecision decision = store.take(StoreFixture.charge(limit, "caller", 1));
				assertThat(decision.isDegraded()).isFalse();
				assertThat(decision.remaining()).isEqualTo(9 - i);
			}
			assertThat(store.take(StoreFixture.charge(limit, "caller", 1)).isViolated()).isTrue();
			assertThat(store.find(Handles.of(limit), Key.of("caller").id())).isPresent();
			assertThat(Thread.interrupted()).isTrue();
		}
	}

	@Test
	void givingBackIsWaitedFor() {
		try (RedisStore store = new RedisStore(
				ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port())), StoreScripts.load(),
				RedisTestStore.patient(), new MemoryStore(new ManualTime(), 100), TimeSource.system(),
				StoreObserver.NONE)) {
			Limit limit = StoreFixture.limit("chat", "10/d");
			Thread.currentThread().interrupt();
			ChargeDecision taken = store.take(StoreFixture.charge(limit, "caller", 4));
			store.giveBack(taken);
			assertThat(StoreFixture.remaining(store, limit, "caller")).isEqualTo(10);
		}
	}

	private interface BlockingCall {

		void run() throws InterruptedException;

	}

}
