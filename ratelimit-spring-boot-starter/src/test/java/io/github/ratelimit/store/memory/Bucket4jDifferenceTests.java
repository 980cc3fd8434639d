package io.github.ratelimit.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketListener;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.MathType;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.LockFreeBucket;
import io.github.ratelimit.InvalidRateException;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The memory store beside Bucket4j's own bucket, configured as the rate is written: the
 * same decisions, waits at most a nanosecond apart, because Bucket4j rounds down.
 */
@Tag("version-independent")
class Bucket4jDifferenceTests {

	private static final int STEPS = 100_000;

	@ParameterizedTest
	@ValueSource(strings = { "10/min", "7/3s", "1/500ms", "1000003/h", "5/15min burst 2", "5/s, 60/min burst 90",
			"1/ms", "3/s burst 1, 10/min, 100/h burst 250", "1000/s burst 5", "100000/min", "13/7ms burst 40" })
	void decisionsAreThoseOfBucket4j(String rates) {
		long seed = System.nanoTime();
		SplittableRandom random = new SplittableRandom(seed);
		ManualTime time = new ManualTime();
		Limit limit = StoreFixture.limit("chat", rates);
		MemoryStore store = new MemoryStore(time, 1);
		LockFreeBucket bucket = bucket(limit, time);
		List<ChargeDecision> held = new ArrayList<>();
		long typical = limit.rates().get(0).period().toNanos() / limit.rates().get(0).permits();
		int refused = 0;
		for (int step = 0; step < STEPS; step++) {
			int dice = random.nextInt(100);
			if (dice < 60) {
				long permits = (dice < 30) ? 1 : 1 + random.nextLong(1 + limit.capacity());
				ChargeDecision decision = store.take(StoreFixture.charge(limit, "caller", permits));
				assertSame(decision, bucket.tryConsumeAndReturnRemaining(permits), seed);
				if (decision.isViolated()) {
					refused++;
				}
				else if (held.size() < 100) {
					held.add(decision);
				}
			}
			else if (dice < 65 && !held.isEmpty()) {
				ChargeDecision back = held.remove(random.nextInt(held.size()));
				store.giveBack(back);
				bucket.addTokens(back.charge().permits());
			}
			else {
				time.advance(Duration.ofNanos((dice < 70) ? 1 : random.nextLong(1 + (dice < 95 ? 2 : 50) * typical)));
			}
		}
		assertThat(refused).isBetween(STEPS / 100, STEPS);
		assertThat(bucket.getAvailableTokens()).isEqualTo(StoreFixture.remaining(store, limit, "caller"));
	}

	@Test
	void aRateForWhichBucket4jUsesDoublesAndLosesPermitsIsRefused() {
		ManualTime time = new ManualTime();
		LockFreeBucket bucket = bucket(999_999_999_999_999L, Duration.ofDays(36_500), 1_000_000, time);
		assertThat(bucket.tryConsume(999_990)).isTrue();
		for (int i = 0; i < 10_000; i++) {
			time.advance(Duration.ofNanos(12_000));
			assertThat(bucket.tryConsume(1)).isTrue();
		}
		assertThat(bucket.getAvailableTokens()).as("28061 are due").isEqualTo(20_010);

		assertThatExceptionOfType(InvalidRateException.class)
			.isThrownBy(() -> Rate.parse("999999999999999/36500d burst 1000000"))
			.withMessageContaining("cannot be counted exactly");
	}

	@Test
	void inLowestTermsARateIsCountedExactlyWhereBucket4jWouldLosePermits() {
		ManualTime time = new ManualTime();
		Limit limit = StoreFixture.limit("chat", "900000000000000/36500d burst 1000000");
		MemoryStore store = new MemoryStore(time, 1);
		LockFreeBucket asWritten = bucket(limit, time);
		StoreFixture.taken(store, limit, "caller", 999_990);
		assertThat(asWritten.tryConsume(999_990)).isTrue();
		for (int i = 0; i < 10_000; i++) {
			time.advance(Duration.ofNanos(12_000));
			StoreFixture.taken(store, limit, "caller", 1);
			assertThat(asWritten.tryConsume(1)).isTrue();
		}
		assertThat(StoreFixture.remaining(store, limit, "caller")).isEqualTo(10 + 120_000_000 / 3_504 - 10_000);
		assertThat(asWritten.getAvailableTokens()).isEqualTo(20_010);
	}

	private static void assertSame(ChargeDecision decision, ConsumptionProbe probe, long seed) {
		long laterRetry = decision.retryAfterNanos() - probe.getNanosToWaitForRefill();
		long laterReset = decision.resetAfter().toNanos() - probe.getNanosToWaitForReset();
		if (decision.isViolated() == probe.isConsumed() || decision.remaining() != probe.getRemainingTokens()
				|| laterRetry < 0 || laterRetry > 1 || laterReset < 0 || laterReset > 1) {
			throw new AssertionError("Seed " + seed + ": " + decision + " but Bucket4j says " + probe);
		}
	}

	private static LockFreeBucket bucket(Limit limit, ManualTime time) {
		var builder = BucketConfiguration.builder();
		for (Rate rate : limit.rates()) {
			builder.addLimit(bandwidth(rate.permits(), rate.period(), rate.burst()));
		}
		return new LockFreeBucket(builder.build(), MathType.INTEGER_64_BITS, meter(time), BucketListener.NOPE);
	}

	private static LockFreeBucket bucket(long permits, Duration period, long burst, ManualTime time) {
		BucketConfiguration configuration = BucketConfiguration.builder()
			.addLimit(bandwidth(permits, period, burst))
			.build();
		return new LockFreeBucket(configuration, MathType.INTEGER_64_BITS, meter(time), BucketListener.NOPE);
	}

	private static Bandwidth bandwidth(long permits, Duration period, long burst) {
		return Bandwidth.builder().capacity(burst).refillGreedy(permits, period).build();
	}

	private static TimeMeter meter(ManualTime time) {
		return new TimeMeter() {

			@Override
			public long currentTimeNanos() {
				return time.nanoTime();
			}

			@Override
			public boolean isWallClockBased() {
				return false;
			}

		};
	}

}
