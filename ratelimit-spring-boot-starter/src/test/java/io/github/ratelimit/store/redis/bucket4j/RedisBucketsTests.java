package io.github.ratelimit.store.redis.bucket4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.SimpleBucketListener;
import io.github.bucket4j.VerboseResult;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.ratelimit.store.redis.bucket4j.BucketTestClient.OpenBuckets;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Buckets in Redis, as users of Bucket4j use them. */
@Tag("redis")
class RedisBucketsTests {

	private static final Map<BucketTestClient, OpenBuckets> BUCKETS = new EnumMap<>(BucketTestClient.class);

	private static final BucketConfiguration TEN_A_DAY = BucketConfiguration.builder()
		.addLimit((limit) -> limit.capacity(10).refillGreedy(10, Duration.ofDays(1)))
		.build();

	private static final BucketConfiguration FAST = BucketConfiguration.builder()
		.addLimit((limit) -> limit.capacity(1).refillGreedy(1, Duration.ofMillis(20)))
		.build();

	/** Its own one: calls are counted. */
	private static RedisServer server;

	@BeforeAll
	static void connect() {
		server = RedisServer.start();
		for (BucketTestClient client : BucketTestClient.values()) {
			BUCKETS.put(client, client.open(server));
			// each sends a call when it connects, in the background
			Polling.until(Duration.ofSeconds(10), "it is connected", () -> server.calls("evalsha") == BUCKETS.size());
		}
	}

	@AfterAll
	static void disconnect() {
		BUCKETS.values().forEach(OpenBuckets::close);
		server.close();
	}

	/** Suppliers' configurations are remembered, so every test has its own key. */
	@BeforeEach
	void flush() {
		server.command("FLUSHALL");
	}

	@ParameterizedTest
	@EnumSource
	void aManagerConnectsWhenItIsMade(BucketTestClient client) {
		server.command("SCRIPT", "FLUSH");
		server.command("CONFIG", "RESETSTAT");
		OpenBuckets buckets = client.open(server);
		try {
			// Lettuce has loaded the script before, others send it when it is missing
			String ran = (client == BucketTestClient.LETTUCE) ? "evalsha" : "eval";
			Polling.until(Duration.ofSeconds(10), "a script ran without any command", () -> server.calls(ran) == 1);
		}
		finally {
			buckets.close();
		}
	}

	private static RedisBuckets buckets(BucketTestClient client) {
		return BUCKETS.get(client).buckets();
	}

	private static BucketProxy bucket(BucketTestClient client, String key, BucketConfiguration configuration) {
		return buckets(client).getProxy(key, () -> configuration);
	}

	@ParameterizedTest
	@EnumSource
	void takesTokensUntilNoneIsLeft(BucketTestClient client) {
		Bucket bucket = bucket(client, "taken", TEN_A_DAY);
		assertThat(bucket.tryConsume(3)).isTrue();
		ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(7);
		assertThat(probe.isConsumed()).isTrue();
		assertThat(probe.getRemainingTokens()).isZero();
		assertThat(probe.getNanosToWaitForRefill()).isZero();
		assertThat(probe.getNanosToWaitForReset()).isBetween(days(0.99), days(1));
		probe = bucket.tryConsumeAndReturnRemaining(2);
		assertThat(probe.isConsumed()).isFalse();
		assertThat(probe.getNanosToWaitForRefill()).isBetween(days(0.19), days(0.2));
		assertThat(bucket.tryConsumeAndReturnRemaining(11).getNanosToWaitForRefill()).isEqualTo(Long.MAX_VALUE);
		EstimationProbe estimate = bucket.estimateAbilityToConsume(1);
		assertThat(estimate.canBeConsumed()).isFalse();
		assertThat(estimate.getNanosToWaitForRefill()).isBetween(days(0.09), days(0.1));
		assertThat(bucket.getAvailableTokens()).isZero();
		assertThat(bucket.tryConsume(1)).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void addsForcesResetsAndGoesBelowZero(BucketTestClient client) {
		Bucket bucket = bucket(client, "added", TEN_A_DAY);
		assertThat(bucket.consumeIgnoringRateLimits(25)).isBetween(days(1.49), days(1.5));
		assertThat(bucket.getAvailableTokens()).isEqualTo(-15);
		bucket.addTokens(16);
		assertThat(bucket.getAvailableTokens()).isEqualTo(1);
		bucket.addTokens(100);
		assertThat(bucket.getAvailableTokens()).isEqualTo(10);
		bucket.forceAddTokens(100);
		assertThat(bucket.getAvailableTokens()).isEqualTo(110);
		assertThat(bucket.tryConsumeAsMuchAsPossible(50)).isEqualTo(50);
		assertThat(bucket.tryConsumeAsMuchAsPossible()).isEqualTo(60);
		assertThat(bucket.tryConsumeAsMuchAsPossible()).isZero();
		bucket.reset();
		assertThat(bucket.getAvailableTokens()).isEqualTo(10);
	}

	@ParameterizedTest
	@EnumSource
	void waitsForItsTokens(BucketTestClient client) throws Exception {
		Bucket bucket = bucket(client, "smooth", FAST);
		List<Long> parked = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			bucket.asBlocking().consume(1, parked::add);
		}
		assertThat(parked).isNotEmpty().allSatisfy((nanos) -> assertThat(nanos).isBetween(1L, 40_000_000L));
		bucket.consumeIgnoringRateLimits(1_000);
		assertThat(bucket.asBlocking().tryConsume(1, Duration.ofMillis(1))).isFalse();
		assertThat(bucket.asVerbose().tryConsume(1).getValue()).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void schedules(BucketTestClient client) {
		ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
		try {
			Bucket bucket = bucket(client, "scheduled", FAST);
			CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
			for (int i = 0; i < 4; i++) {
				all = all.thenCombine(bucket.asScheduler().consume(1, scheduler), (one, other) -> null);
			}
			assertThat(all).succeedsWithin(BucketTestClient.PATIENT);
			AsyncBucketProxy async = buckets(client).asAsync()
				.getProxy("scheduled", () -> CompletableFuture.completedFuture(FAST));
			assertThat(async.asScheduler().tryConsume(1, Duration.ofSeconds(5), scheduler))
				.succeedsWithin(BucketTestClient.PATIENT)
				.isEqualTo(true);
		}
		finally {
			scheduler.shutdownNow();
		}
	}

	@ParameterizedTest
	@EnumSource
	void answersInItsOwnTime(BucketTestClient client) {
		AsyncBucketProxy bucket = buckets(client).asAsync().builder().build("async", TEN_A_DAY);
		assertThat(bucket.tryConsume(4)).succeedsWithin(BucketTestClient.PATIENT).isEqualTo(true);
		assertThat(bucket.tryConsumeAndReturnRemaining(4)).succeedsWithin(BucketTestClient.PATIENT)
			.satisfies((probe) -> assertThat(probe.getRemainingTokens()).isEqualTo(2));
		assertThat(bucket.tryConsumeAsMuchAsPossible()).succeedsWithin(BucketTestClient.PATIENT).isEqualTo(2L);
		assertThat(bucket.asVerbose().tryConsume(1)).succeedsWithin(BucketTestClient.PATIENT)
			.satisfies((result) -> assertThat(result.getValue()).isFalse());
		assertThat(bucket.addTokens(3)).succeedsWithin(BucketTestClient.PATIENT);
		assertThat(bucket.getAvailableTokens()).succeedsWithin(BucketTestClient.PATIENT).isEqualTo(3L);
		assertThat(buckets(client).asAsync().getProxyConfiguration("async")).succeedsWithin(BucketTestClient.PATIENT)
			.satisfies((found) -> assertThat(found).contains(TEN_A_DAY));
		assertThat(buckets(client).asAsync().removeProxy("async")).succeedsWithin(BucketTestClient.PATIENT);
		assertThat(bucket.getAvailableTokens()).succeedsWithin(BucketTestClient.PATIENT).isEqualTo(10L);
	}

	@ParameterizedTest
	@EnumSource
	void returnsItsStateOnRequest(BucketTestClient client) {
		BucketConfiguration configuration = BucketConfiguration.builder()
			.addLimit((limit) -> limit.capacity(10).refillGreedy(10, Duration.ofDays(1)))
			.addLimit((limit) -> limit.capacity(50).refillIntervally(50, Duration.ofDays(2)))
			.build();
		long before = System.currentTimeMillis();
		VerboseResult<Long> result = bucket(client, "verbose", configuration).asVerbose().consumeIgnoringRateLimits(12);
		assertThat(result.getValue()).isBetween(days(0.19), days(0.2));
		assertThat(result.getConfiguration()).isSameAs(configuration);
		assertThat(result.getDiagnostics().getAvailableTokensPerEachBandwidth()).containsExactly(-2, 38);
		assertThat(result.getDiagnostics().calculateFullRefillingTime()).isEqualTo(days(2));
		assertThat(result.getOperationTimeNanos() / 1_000_000).isBetween(before - 1, System.currentTimeMillis() + 1);
	}

	@ParameterizedTest
	@EnumSource
	void keysMayBeAnyText(BucketTestClient client) {
		for (String key : List.of("", "größe", "用户", "\u007f\u0080\u00ff", "{a}{b", "two words", "🙂")) {
			BucketProxy bucket = bucket(client, key, TEN_A_DAY);
			assertThat(bucket.tryConsume(4)).isTrue();
			assertThat(bucket.getAvailableTokens()).as(key).isEqualTo(6);
			buckets(client).removeProxy(key);
			assertThat(bucket.getAvailableTokens()).as(key).isEqualTo(10);
		}
		ProxyManager<Integer> byNumber = buckets(client).withMapper((number) -> "n" + number);
		assertThat(byNumber.getProxy(7, () -> TEN_A_DAY).tryConsume(10)).isTrue();
		assertThat(bucket(client, "n7", TEN_A_DAY).tryConsume(1)).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void everyBandwidthHolds(BucketTestClient client) {
		BucketConfiguration configuration = BucketConfiguration.builder()
			.addLimit((limit) -> limit.capacity(3).refillGreedy(3, Duration.ofDays(1)))
			.addLimit((limit) -> limit.capacity(5).refillIntervally(5, Duration.ofDays(3)))
			.build();
		Bucket bucket = bucket(client, "several", configuration);
		assertThat(bucket.tryConsume(4)).isFalse();
		assertThat(bucket.tryConsume(3)).isTrue();
		bucket.addTokens(3);
		assertThat(bucket.getAvailableTokens()).isEqualTo(3);
		assertThat(bucket.tryConsumeAndReturnRemaining(2).getRemainingTokens()).isEqualTo(1);
	}

	@Test
	void instancesShareBuckets() {
		try (OpenBuckets other = BucketTestClient.LETTUCE.open(server)) {
			assertThat(bucket(BucketTestClient.LETTUCE, "shared", TEN_A_DAY).tryConsume(4)).isTrue();
			assertThat(other.buckets().getProxy("shared", () -> TEN_A_DAY).tryConsume(4)).isTrue();
			assertThat(bucket(BucketTestClient.JEDIS, "shared", TEN_A_DAY).tryConsumeAsMuchAsPossible()).isEqualTo(2);
		}
	}

	@Test
	void aCommandIsOneCall() {
		Bucket bucket = bucket(BucketTestClient.LETTUCE, "counted", TEN_A_DAY);
		// another test may have removed the scripts from Redis
		bucket.tryConsume(1);
		bucket.getAvailableTokens();
		server.command("CONFIG", "RESETSTAT");
		for (int i = 0; i < 5; i++) {
			// a bucket that Redis does not have is no other call
			server.command("DEL", "ratelimit:1:#bucket:counted");
			bucket(BucketTestClient.LETTUCE, "counted", TEN_A_DAY).tryConsume(1);
			bucket.tryConsumeAndReturnRemaining(20);
			bucket.getAvailableTokens();
		}
		assertThat(server.calls("evalsha")).isEqualTo(15);
		assertThat(server.calls("eval")).isZero();
		assertThat(server.calls("set")).as("refusals and looks write nothing").isEqualTo(5);
	}

	@Test
	void aBucketThatWasLostIsNew() {
		Bucket bucket = bucket(BucketTestClient.LETTUCE, "lost", TEN_A_DAY);
		assertThat(bucket.tryConsume(10)).isTrue();
		server.command("FLUSHALL");
		server.command("SCRIPT", "FLUSH");
		assertThat(bucket.tryConsume(10)).isTrue();
	}

	@Test
	void listenersHear() {
		SimpleBucketListener listener = new SimpleBucketListener();
		Bucket bucket = buckets(BucketTestClient.LETTUCE).builder()
			.withListener(listener)
			.build("heard", () -> TEN_A_DAY);
		bucket.tryConsume(7);
		bucket.tryConsume(7);
		assertThat(listener.getConsumed()).isEqualTo(7);
		assertThat(listener.getRejected()).isEqualTo(7);
	}

	@Test
	void returnsTheConfigurationThatABucketWasUsedWith() {
		RedisBuckets buckets = buckets(BucketTestClient.LETTUCE);
		List<Bandwidth> bandwidths = List.of(
				Bandwidth.builder().capacity(90).refillGreedy(60, Duration.ofMinutes(1)).id("minute").build(),
				Bandwidth.builder().capacity(7).refillGreedy(3, Duration.ofNanos(1_500)).initialTokens(2).build(),
				Bandwidth.builder().capacity(5).refillIntervally(4, Duration.ofMillis(3)).id("ÿ:=").build(),
				Bandwidth.builder()
					.capacity(8)
					.refillIntervallyAligned(8, Duration.ofHours(1), Instant.parse("2026-01-01T00:00:00Z"))
					.build());
		BucketConfiguration configuration = new BucketConfiguration(bandwidths);
		assertThat(buckets.getProxyConfiguration("told")).isEmpty();
		buckets.getProxy("told", () -> configuration).tryConsume(2);
		BucketConfiguration found = buckets.getProxyConfiguration("told").orElseThrow();
		assertThat(found).isEqualTo(configuration);
		assertThat(found.getBandwidths()).extracting(Bandwidth::getId).containsExactly("minute", null, "ÿ:=", null);
		buckets.removeProxy("told");
		assertThat(buckets.getProxyConfiguration("told")).isEmpty();
	}

	@Test
	void asksASupplierOnce() {
		AtomicInteger asked = new AtomicInteger();
		for (int i = 0; i < 5; i++) {
			buckets(BucketTestClient.LETTUCE).getProxy("supplied", () -> {
				asked.incrementAndGet();
				return TEN_A_DAY;
			}).tryConsume(1);
		}
		assertThat(asked).hasValue(1);
	}

	@Test
	void everyKeyExpires() {
		Bucket bucket = bucket(BucketTestClient.LETTUCE, "expires", TEN_A_DAY);
		bucket.tryConsume(5);
		assertThat(ttl("expires")).isBetween(days(0.49) / 1_000_000, days(0.5) / 1_000_000 + 1_000);
		bucket.consumeIgnoringRateLimits(15);
		assertThat(ttl("expires")).isBetween(days(1.99) / 1_000_000, days(2) / 1_000_000 + 1_000);
		bucket.reset();
		assertThat(ttl("expires")).isBetween(1L, 1_000L);
		bucket.forceAddTokens(1);
		assertThat(ttl("expires")).isBetween(days(29) / 1_000_000, days(30) / 1_000_000 + 1_000);

		BucketConfiguration cold = BucketConfiguration.builder()
			.addLimit((limit) -> limit.capacity(10).refillGreedy(10, Duration.ofMillis(1)).initialTokens(0))
			.build();
		bucket(BucketTestClient.LETTUCE, "cold", cold).getAvailableTokens();
		assertThat(ttl("cold")).as("else it began cold again").isGreaterThan(days(29) / 1_000_000);
	}

	@Test
	void lookingAtANewBucketKeepsNothing() {
		Bucket bucket = bucket(BucketTestClient.LETTUCE, "looked-at", TEN_A_DAY);
		assertThat(bucket.getAvailableTokens()).isEqualTo(10);
		assertThat(bucket.estimateAbilityToConsume(3).canBeConsumed()).isTrue();
		assertThat(bucket.tryConsume(11)).isFalse();
		assertThat(server.command("EXISTS", "ratelimit:1:#bucket:looked-at")).isEqualTo(0L);
	}

	@Test
	void prefixAndDeadlineAreChecked() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> RedisBuckets.create(BucketTestClient.LETTUCE.connections(server.port()), "{a}",
					Duration.ofSeconds(1)))
			.withMessageContaining("no braces");
		assertThatIllegalArgumentException()
			.isThrownBy(
					() -> RedisBuckets.create(BucketTestClient.LETTUCE.connections(server.port()), "a", Duration.ZERO))
			.withMessageContaining("must be positive");
	}

	private static long ttl(String key) {
		return (Long) server.command("PTTL", "ratelimit:1:#bucket:" + key);
	}

	private static long days(double days) {
		return (long) (days * Duration.ofDays(1).toNanos());
	}

}
