package io.github.ratelimit.store.redis.bucket4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.store.redis.server.RedisServer;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of buckets with time, with other configurations, and when clocks step. */
@Tag("redis")
class RedisBucketsTimeTests {

	private final RedisServer server = SharedRedis.server();

	private final ManualTime time = new ManualTime();

	private RedisBuckets buckets;

	@BeforeEach
	void connect() {
		SharedRedis.flush();
		this.buckets = BucketTestClient.turned(this.server, this.time);
	}

	@AfterEach
	void disconnect() {
		this.buckets.close();
	}

	private Bucket bucket(Bandwidth... bandwidths) {
		return this.buckets.builder().build("turned", new BucketConfiguration(List.of(bandwidths)));
	}

	private static Bandwidth greedy(long capacity, long tokens, Duration period) {
		return Bandwidth.builder().capacity(capacity).refillGreedy(tokens, period).build();
	}

	private static Bandwidth interval(long capacity, long tokens, Duration period) {
		return Bandwidth.builder().capacity(capacity).refillIntervally(tokens, period).build();
	}

	@Test
	void aCallAfterTheReportedWaitIsAccepted() {
		Bucket bucket = bucket(greedy(5, 7, Duration.ofSeconds(3)), interval(4, 2, Duration.ofSeconds(7)));
		for (int i = 0; i < 50; i++) {
			long wait = bucket.tryConsumeAndReturnRemaining(1 + i % 4).getNanosToWaitForRefill();
			if (wait > 0) {
				assertThat(wait % 1_000).isZero();
				this.time.advance(Duration.ofNanos(wait - 1_000));
				assertThat(bucket.tryConsume(1 + i % 4)).isFalse();
				this.time.advance(Duration.ofNanos(1_000));
				assertThat(bucket.tryConsume(1 + i % 4)).isTrue();
			}
		}
	}

	@Test
	void anotherConfigurationTakesOverWhatIsLeftInProportion() {
		bucket(greedy(10, 10, Duration.ofMinutes(1))).tryConsume(5);
		Bucket plus = bucket(greedy(100, 100, Duration.ofMinutes(1)), greedy(1_000, 1_000, Duration.ofHours(1)));
		assertThat(plus.asVerbose().getAvailableTokens().getDiagnostics().getAvailableTokensPerEachBandwidth())
			.containsExactly(50, 1_000);
		plus.tryConsume(20);
		assertThat(bucket(greedy(10, 10, Duration.ofMinutes(1))).getAvailableTokens()).isEqualTo(3);
	}

	@Test
	void aDebtStaysADebtAndForcedTokensAreLost() {
		bucket(greedy(10, 10, Duration.ofMinutes(1))).consumeIgnoringRateLimits(15);
		assertThat(bucket(greedy(20, 20, Duration.ofMinutes(1))).getAvailableTokens()).isEqualTo(-10);
		bucket(greedy(20, 20, Duration.ofMinutes(1))).forceAddTokens(500);
		assertThat(bucket(greedy(10, 10, Duration.ofMinutes(1))).getAvailableTokens()).isEqualTo(10);
	}

	@Test
	void versionsThatRunSideBySideNeitherGainNorLose() {
		Bucket old = bucket(interval(10, 10, Duration.ofSeconds(60)), greedy(49, 49, Duration.ofDays(1)));
		Bucket next = bucket(interval(20, 20, Duration.ofSeconds(60)), greedy(49, 49, Duration.ofDays(1)));
		assertThat(old.tryConsume(10)).isTrue();
		for (int i = 0; i < 29; i++) {
			this.time.advance(Duration.ofSeconds(2));
			assertThat(((i % 2 == 0) ? next : old).getAvailableTokens()).isZero();
		}
		this.time.advance(Duration.ofSeconds(2));
		assertThat(old.getAvailableTokens()).isEqualTo(10);
		old.tryConsume(3);
		for (int i = 0; i < 20; i++) {
			assertThat(next.getAvailableTokens()).isEqualTo(14);
			assertThat(old.getAvailableTokens()).isEqualTo(7);
		}
	}

	@Test
	void aSmallStepBackGrantsNothingAndTakesNothing() {
		Bucket bucket = bucket(greedy(10, 10, Duration.ofSeconds(10)), interval(20, 20, Duration.ofSeconds(60)));
		bucket.tryConsume(10);
		this.time.advance(Duration.ofMillis(-600));
		assertThat(bucket.getAvailableTokens()).isZero();
		assertThat(bucket.tryConsumeAndReturnRemaining(1).getNanosToWaitForRefill()).isEqualTo(1_600_000_000L);
		this.time.advance(Duration.ofMillis(1_599));
		assertThat(bucket.tryConsume(1)).isFalse();
		this.time.advance(Duration.ofMillis(1));
		assertThat(bucket.tryConsume(1)).isTrue();
	}

	@Test
	void aStateOfTheFarFutureIsOneOfNow() {
		Bucket bucket = bucket(greedy(10, 10, Duration.ofSeconds(10)), interval(20, 20, Duration.ofSeconds(30)));
		bucket.tryConsume(10);
		this.time.advance(Duration.ofDays(-1));
		assertThat(bucket.getAvailableTokens()).isZero();
		assertThat(bucket.tryConsumeAndReturnRemaining(1).getNanosToWaitForRefill()).isEqualTo(1_000_000_000L);
		assertThat(bucket.asBlocking().tryConsumeUninterruptibly(1, Duration.ofSeconds(2), (nanos) -> {
		})).isTrue();
		this.time.advance(Duration.ofSeconds(30));
		assertThat(bucket.asVerbose().getAvailableTokens().getDiagnostics().getAvailableTokensPerEachBandwidth())
			.containsExactly(10, 20);
	}

	@Test
	void alignedIntervalsStayAlignedWhenTheClockSteps() {
		Bucket bucket = bucket(Bandwidth.builder()
			.capacity(10)
			.refillIntervallyAligned(10, Duration.ofMinutes(1), this.time.wallTime())
			.build());
		this.time.advance(Duration.ofSeconds(100));
		bucket.tryConsume(10);
		assertThat(bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill())
			.isEqualTo(Duration.ofSeconds(20).toNanos());
		this.time.advance(Duration.ofSeconds(-63));
		assertThat(bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill())
			.isEqualTo(Duration.ofSeconds(23).toNanos());
	}

	@Test
	void aSupplierIsCalledAgainInTime() {
		AtomicInteger plan = new AtomicInteger(10);
		for (int i = 0; i < 5; i++) {
			Bucket bucket = this.buckets.getProxy("supplied",
					() -> new BucketConfiguration(List.of(greedy(plan.get(), 1, Duration.ofHours(1)))));
			assertThat(bucket.getAvailableTokens()).isEqualTo((i < 4) ? 10 : 20);
			plan.set(20);
			this.time.advance(Duration.ofSeconds(35));
			// another bucket
			this.buckets
				.getProxy("other" + i, () -> new BucketConfiguration(List.of(greedy(1, 1, Duration.ofHours(1)))))
				.getAvailableTokens();
		}
	}

}
