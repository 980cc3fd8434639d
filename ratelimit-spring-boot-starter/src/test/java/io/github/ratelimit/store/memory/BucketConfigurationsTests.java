package io.github.ratelimit.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.StoreFixture;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A limit as Bucket4j's configuration. */
class BucketConfigurationsTests {

	@ParameterizedTest
	@CsvSource({ "10/min,10,1,6000000000", "7/3s,7,7,3000000000", "1/500ms,1,1,500000000", "1000000/ms,1000000,1,1",
			"1000003/h,1000003,1000003,3600000000000", "60/min burst 90,90,1,1000000000",
			"5/15min burst 2,2,1,180000000000", "900000000000000/36500d,900000000000000,1,3504" })
	void refillIsInLowestTerms(String rate, long capacity, long tokens, long nanos) {
		Bandwidth bandwidth = only(rate);

		assertThat(bandwidth.getCapacity()).isEqualTo(capacity);
		assertThat(bandwidth.getInitialTokens()).isEqualTo(capacity);
		assertThat(bandwidth.getRefillTokens()).isEqualTo(tokens);
		assertThat(bandwidth.getRefillPeriodNanos()).isEqualTo(nanos);
		assertThat(bandwidth.isRefillIntervally()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "10/min", "7/3s", "1000003/h", "999999/ms", "86400/d burst 3", "1/36500d", "640/1001ms" })
	void refillIsTheSameAsWritten(String text) {
		Rate rate = Rate.parse(text);
		Bandwidth bandwidth = only(text);

		assertThat(BigInteger.valueOf(rate.permits()).multiply(BigInteger.valueOf(bandwidth.getRefillPeriodNanos())))
			.isEqualTo(BigInteger.valueOf(bandwidth.getRefillTokens())
				.multiply(BigInteger.valueOf(rate.period().toNanos())));
	}

	@Test
	void everyRateIsABandwidthInTheSameOrder() {
		BucketConfiguration configuration = BucketConfigurations
			.of(StoreFixture.limit("chat", "100/h, 5/s, 60/min burst 90"));

		assertThat(configuration.getBandwidths()).extracting(Bandwidth::getCapacity).containsExactly(5L, 90L, 100L);
	}

	@Test
	void ratesOfTheSameWindowAreMatchedWhereverTheyStand() {
		BucketState state = state("5/s, 60/min", 0);
		state.consume(3);

		BucketState wider = BucketRateChange.inProportion(state, configuration("120/min, 1000/h, 10/s"), 0);

		assertThat(sizes(wider)).containsExactly(4, 114, 1000);
		assertThat(sizes(state)).as("the state itself").containsExactly(2, 57);
	}

	@Test
	void ratesOfOtherWindowsAreMatchedInTheirOrder() {
		BucketState state = state("10/s, 100/min", 0);
		state.consume(5);

		assertThat(sizes(BucketRateChange.inProportion(state, configuration("20/2s, 100/h"), 0))).containsExactly(10,
				95);
	}

	@Test
	void theFractionOfAPermitIsKeptInProportion() {
		BucketState state = state("10/min", 0);
		state.consume(10);
		state.refillAllBandwidth(9_000_000_000L);
		assertThat(sizes(state)).containsExactly(1);

		BucketState wider = BucketRateChange.inProportion(state, configuration("100/min"), 9_000_000_000L);
		BucketState narrower = BucketRateChange.inProportion(state, configuration("5/min"), 9_000_000_000L);

		assertThat(sizes(wider)).containsExactly(15);
		assertThat(sizes(narrower)).containsExactly(0);
		narrower.refillAllBandwidth(12_000_000_000L);
		assertThat(sizes(narrower)).containsExactly(1);
	}

	@Test
	void theResultGoesByTheSharedConfiguration() {
		BucketConfiguration configuration = configuration("100/min");

		assertThat(BucketRateChange.inProportion(state("10/min", 0), configuration, 0).getConfiguration())
			.isSameAs(configuration);
	}

	private static Bandwidth only(String rate) {
		return configuration(rate).getBandwidths()[0];
	}

	private static BucketConfiguration configuration(String rates) {
		return BucketConfigurations.of(StoreFixture.limit("chat", rates));
	}

	private static BucketState state(String rates, long nanos) {
		return BucketState.createInitialState(configuration(rates), MathType.INTEGER_64_BITS, nanos);
	}

	private static long[] sizes(BucketState state) {
		long[] sizes = new long[state.getConfiguration().getBandwidths().length];
		for (int i = 0; i < sizes.length; i++) {
			sizes[i] = state.getCurrentSize(i);
		}
		return sizes;
	}

}
