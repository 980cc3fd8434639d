package io.github.ratelimit.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.Receipt;
import io.github.ratelimit.store.StoreFixture;
import java.time.Duration;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the decisions of token buckets report. */
@Tag("version-independent")
class BucketRefusalTests {

	@ParameterizedTest
	@CsvSource({ "7/3s,7,1,0,428571429", "7/3s,7,1,1,428571428", "7/3s,7,1,428571428,1", "7/3s,7,7,0,3000000000",
			"7/3s,6,7,0,2571428572", "3/s,3,1,0,333333334", "10/min,10,1,0,6000000000", "1000000/ms,5,999999,0,4",
			"1/36500d,1,1,0,3153600000000000000", "1/36500d,1,1,1,3153599999999999999",
			"900000000000000/36500d,900000000000000,900000000000000,0,3153600000000000000",
			"999999000000000/36500d,999999000000000,333333000000001,0,1051200000000003154" })
	void waitsAreRoundedUp(String rate, long consumed, long asked, long elapsed, long wait) {
		Limit limit = StoreFixture.limit("chat", rate);
		BucketState state = state(limit);
		state.consume(consumed);
		state.refillAllBandwidth(elapsed);

		ChargeDecision refused = refused(StoreFixture.charge(limit, "caller", asked), state);

		assertThat(refused.retryAfterNanos()).isEqualTo(wait);
		assertThat(refused.isViolated()).isTrue();
		state.refillAllBandwidth(elapsed + wait - 1);
		assertThat(state.getAvailableTokens()).isLessThan(asked);
		state.refillAllBandwidth(elapsed + wait);
		assertThat(state.getAvailableTokens()).isGreaterThanOrEqualTo(asked);
	}

	@Test
	void theWaitIsThatOfTheSlowestRate() {
		Limit limit = StoreFixture.limit("chat", "5/s, 60/min, 70/h");
		BucketState state = state(limit);
		state.consume(5);

		ChargeDecision refused = refused(StoreFixture.charge(limit, "caller", 3), state);

		assertThat(refused.retryAfter()).isEqualTo(Duration.ofMillis(600));
		assertThat(refused.remaining(0)).isZero();
		assertThat(refused.remaining(1)).isEqualTo(55);
		assertThat(refused.resetAfter(1)).isEqualTo(Duration.ofSeconds(5));
		assertThat(refused.resetAfter(2)).isEqualTo(Duration.ofNanos(257_142_857_143L)).isEqualTo(refused.resetAfter());
	}

	@Test
	void permitsAboveTheCapacityNeverRefill() {
		Limit limit = StoreFixture.limit("chat", "5/s burst 9, 60/min burst 8");

		Charge charge = StoreFixture.charge(limit, "caller", 9);

		assertThat(refused(charge, state(limit)).isNeverPayable()).isTrue();
	}

	@Test
	void aGrantReportsWhatIsLeft() {
		Limit limit = StoreFixture.limit("chat", "5/s");
		BucketState state = state(limit);
		state.consume(2);
		Receipt receipt = new Receipt() {
		};

		ChargeDecision granted = BucketCell.granted(StoreFixture.charge(limit, "caller", 2), receipt, state);

		assertThat(granted.isViolated()).isFalse();
		assertThat(granted.remaining()).isEqualTo(3);
		assertThat(granted.resetAfter()).isEqualTo(Duration.ofMillis(400));
		assertThat(granted.receipt()).isSameAs(receipt);
		assertThat(BucketCell.nanosToFull(state)).isEqualTo(400_000_000);
		assertThat(BucketCell.nanosToFull(state(limit))).isZero();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "7/3s", "5/s, 60/min burst 90", "10/min burst 3", "1/36500d", "1000000/ms", "3/7ms, 11/s" })
	void aLaterRefusalEqualsThatOfTheRefilledState(String rates) {
		Limit limit = StoreFixture.limit("chat", rates);
		Random random = new Random(17);
		int refused = 0;
		for (int step = 0; step < 4_000; step++) {
			BucketState state = state(limit);
			state.consume(1 + random.nextLong(limit.capacity()));
			long start = random.nextLong(1L << random.nextInt(1, 20));
			state.refillAllBandwidth(start);
			long asked = 1 + random.nextLong(limit.capacity() + 1);
			long elapsed = random.nextLong(1L << random.nextInt(1, 36));

			Charge charge = StoreFixture.charge(limit, "caller", asked);
			ChargeDecision later = stillRefused(charge, state, elapsed);

			state.refillAllBandwidth(start + elapsed);
			if (state.getAvailableTokens() >= asked) {
				assertThat(later).isNull();
			}
			else {
				assertThat(later).isNotNull().usingRecursiveComparison().isEqualTo(refused(charge, state));
				refused++;
			}
		}
		assertThat(refused).isGreaterThan(100);
	}

	@Test
	void aTimeThatIsTooLongIsLeftToRefilling() {
		Limit limit = StoreFixture.limit("chat", "1000000/ms");
		BucketState state = state(limit);
		state.consume(1);

		Charge charge = StoreFixture.charge(limit, "caller", 1_000_000);
		assertThat(stillRefused(charge, state, Long.MAX_VALUE)).isNull();
		assertThat(stillRefused(charge, state, -1)).isNull();
	}

	private static ChargeDecision refused(Charge charge, BucketState state) {
		return new BucketRefusal(state, state, 0).decision(charge);
	}

	private static @Nullable ChargeDecision stillRefused(Charge charge, BucketState state, long elapsed) {
		return new BucketRefusal(state, state, 0).again(charge, state, state.getConfiguration(), elapsed);
	}

	private static BucketState state(Limit limit) {
		return BucketState.createInitialState(BucketConfigurations.of(limit), MathType.INTEGER_64_BITS, 0);
	}

}
