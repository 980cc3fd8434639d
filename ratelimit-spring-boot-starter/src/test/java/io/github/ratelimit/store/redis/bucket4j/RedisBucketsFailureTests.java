package io.github.ratelimit.store.redis.bucket4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketExceptions.BucketExecutionException;
import io.github.bucket4j.TimeoutException;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.proxy.RecoveryStrategy;
import io.github.bucket4j.distributed.proxy.optimization.Optimization;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.ratelimit.store.redis.bucket4j.BucketTestClient.OpenBuckets;
import io.github.ratelimit.store.redis.server.FaultyProxy;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What buckets do not support, and what they do during an outage of Redis. */
@Tag("redis")
class RedisBucketsFailureTests {

	private static final BucketConfiguration TEN_A_DAY = BucketConfiguration.builder()
		.addLimit((limit) -> limit.capacity(10).refillGreedy(10, Duration.ofDays(1)))
		.build();

	private static OpenBuckets open;

	private static RedisBuckets shared;

	@BeforeAll
	static void connect() {
		open = BucketTestClient.LETTUCE.open(SharedRedis.server());
		shared = open.buckets();
	}

	@AfterAll
	static void disconnect() {
		open.close();
	}

	@ParameterizedTest
	@EnumSource
	void waitsNoLongerThanTheDeadlineAndSendsNothingTwice(BucketTestClient client) {
		try (RedisServer server = RedisServer.start();
				OpenBuckets open = client.open(server.port(), Duration.ofMillis(300))) {
			Bucket bucket = open.buckets().getProxy("slow", () -> TEN_A_DAY);
			Polling.until(BucketTestClient.PATIENT, "connected", () -> answers(bucket));
			server.command("CONFIG", "RESETSTAT");
			server.pause();
			assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> bucket.tryConsume(1))
				.withMessageContaining("Bucket ratelimit:1:#bucket:slow: Redis has not answered within 300 ms")
				.satisfies((ex) -> assertThat(ex.getNanosElapsed()).isBetween(300_000_000L, 5_000_000_000L));
			AsyncBucketProxy async = open.buckets().asAsync().builder().build("slow", TEN_A_DAY);
			CompletableFuture<Boolean> answer = async.tryConsume(1);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(answer::join)
				.withCauseInstanceOf(TimeoutException.class);
			Thread.currentThread().interrupt();
			assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> bucket.tryConsume(1));
			assertThat(Thread.interrupted()).isTrue();
			server.resume();
			Polling.until(BucketTestClient.PATIENT, "all arrived late", () -> server.calls("set") == 3);
			// a connection that has not answered is replaced
			AtomicLong available = new AtomicLong();
			Polling.until(BucketTestClient.PATIENT, "answers",
					() -> available.updateAndGet((any) -> available(bucket)) >= 0);
			assertThat(available).hasValue(7);
		}
	}

	private static boolean answers(Bucket bucket) {
		return available(bucket) >= 0;
	}

	/** Returns the tokens of a bucket, -1 if Redis does not answer. */
	private static long available(Bucket bucket) {
		try {
			return bucket.getAvailableTokens();
		}
		catch (BucketExecutionException ex) {
			return -1;
		}
	}

	@ParameterizedTest
	@EnumSource
	void failsWhileRedisIsAwayAndWorksWhenItIsBack(BucketTestClient client) {
		try (RedisServer server = RedisServer.start();
				OpenBuckets open = client.open(server.port(), Duration.ofSeconds(2))) {
			Bucket bucket = open.buckets().getProxy("away", () -> TEN_A_DAY);
			Polling.until(BucketTestClient.PATIENT, "connected", () -> answers(bucket));
			assertThat(bucket.tryConsume(10)).isTrue();
			server.kill();
			// a command that is on its way when the connection ends gets no answer
			Polling.until(BucketTestClient.PATIENT, "the end of the connection is seen",
					() -> failure(bucket).contains("Bucket ratelimit:1:#bucket:away: Redis failed"));
			server.startAgain();
			Polling.until(BucketTestClient.PATIENT, "works again", () -> available(bucket) == 10);
		}
	}

	private static String failure(Bucket bucket) {
		try {
			return "answered " + bucket.getAvailableTokens();
		}
		catch (BucketExecutionException ex) {
			return String.valueOf(ex.getMessage());
		}
	}

	@Test
	void leavesAConnectionThatHangs() {
		try (RedisServer server = RedisServer.start();
				FaultyProxy network = FaultyProxy.inFrontOf(server);
				OpenBuckets open = BucketTestClient.LETTUCE.open(network.port(), Duration.ofMillis(100))) {
			Bucket bucket = open.buckets().getProxy("hangs", () -> TEN_A_DAY);
			Polling.until(BucketTestClient.PATIENT, "connected", () -> answers(bucket));
			network.hangInReply(1);
			assertThatExceptionOfType(TimeoutException.class).isThrownBy(bucket::getAvailableTokens);
			long connections = network.connections();
			Polling.until(BucketTestClient.PATIENT, "connects anew",
					() -> answers(bucket) || network.connections() > connections);
			network.normal();
			Polling.until(Duration.ofSeconds(20), "works again", () -> answers(bucket));
		}
	}

	@Test
	void aForeignValueIsLeftUnchanged() {
		RedisServer server = SharedRedis.server();
		Bucket bucket = shared.getProxy("foreign", () -> TEN_A_DAY);
		for (String[] command : new String[][] { { "SET", "ratelimit:1:#bucket:foreign", "5" },
				{ "SET", "ratelimit:1:#bucket:foreign", "1\u0001B" }, { "SET", "ratelimit:1:#bucket:foreign", "" },
				{ "LPUSH", "ratelimit:1:#bucket:foreign", "5" } }) {
			server.command("DEL", "ratelimit:1:#bucket:foreign");
			server.command(command);
			assertThatExceptionOfType(BucketExecutionException.class).isThrownBy(() -> bucket.tryConsume(1))
				.withMessageContaining(
						"Bucket ratelimit:1:#bucket:foreign: there is something in Redis under this name "
								+ "that is not a bucket");
			assertThatExceptionOfType(BucketExecutionException.class)
				.isThrownBy(() -> shared.getProxyConfiguration("foreign"))
				.withMessageContaining("that is not a bucket");
			assertThatExceptionOfType(CompletionException.class)
				.isThrownBy(() -> shared.asAsync().getProxyConfiguration("foreign").join())
				.withCauseInstanceOf(BucketExecutionException.class);
		}
		shared.removeProxy("foreign");
		assertThat(bucket.tryConsume(1)).isTrue();
	}

	@Test
	void anUnsupportedOperationNamesTheAlternative() {
		assertUnsupported(() -> shared.builder().withOptimization(Optimizations.batching()),
				"one call without conflicts");
		assertUnsupported(() -> shared.asAsync().builder().withOptimization(Optimizations.batching()), "one call");
		assertUnsupported(
				() -> shared.builder().withRecoveryStrategy(RecoveryStrategy.THROW_BUCKET_NOT_FOUND_EXCEPTION),
				"RECONSTRUCT");
		assertUnsupported(
				() -> shared.builder().withImplicitConfigurationReplacement(1, TokensInheritanceStrategy.AS_IS),
				"have no versions");
		assertUnsupported(
				() -> shared.getProxy("replaced", () -> TEN_A_DAY)
					.replaceConfiguration(TEN_A_DAY, TokensInheritanceStrategy.AS_IS),
				"building the bucket with the new one");
		AsyncBucketProxy async = shared.asAsync().builder().build("replaced", TEN_A_DAY);
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> async.replaceConfiguration(TEN_A_DAY, TokensInheritanceStrategy.RESET).join())
			.withCauseInstanceOf(UnsupportedOperationException.class);
		assertUnsupported(() -> tryToTake(BucketConfiguration.builder()
			.addLimit((limit) -> limit.capacity(10)
				.refillIntervallyAlignedWithAdaptiveInitialTokens(10, Duration.ofHours(1), Instant.EPOCH))
			.build()), "initialTokens");
		assertThat(shared.builder()
			.withOptimization(Optimization.NONE_OPTIMIZED)
			.withRecoveryStrategy(RecoveryStrategy.RECONSTRUCT)
			.build("usual", () -> TEN_A_DAY)
			.tryConsume(1)).isTrue();
	}

	private static void tryToTake(BucketConfiguration configuration) {
		shared.getProxy("unsupported", () -> configuration).tryConsume(1);
	}

	private static void assertUnsupported(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String instead) {
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(call).withMessageContaining(instead);
	}

	@Test
	void numbersThatCannotBeCountedAreRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> tryToTake(BucketConfiguration.builder()
				.addLimit((limit) -> limit.capacity(1_234_567).refillGreedy(1_234_567, Duration.ofDays(1)))
				.build()))
			.withMessageContaining("capacity=1234567")
			.withMessageContaining("below 2^53")
			.withMessageContaining("1200000");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> tryToTake(BucketConfiguration.builder()
				.addLimit((limit) -> limit.capacity(1).refillIntervally(1, Duration.ofNanos(1_500)))
				.build()))
			.withMessageContaining("is 1500 ns")
			.withMessageContaining("whole microseconds");
		Bucket bucket = shared.getProxy("too-many", () -> TEN_A_DAY);
		assertThatIllegalArgumentException().isThrownBy(() -> bucket.forceAddTokens(Long.MAX_VALUE))
			.withMessageContaining("nothing was added. It has 10.");
		assertThatIllegalArgumentException().isThrownBy(() -> bucket.consumeIgnoringRateLimits(Long.MAX_VALUE / 2));
		assertThat(bucket.getAvailableTokens()).isEqualTo(10);
	}

}
