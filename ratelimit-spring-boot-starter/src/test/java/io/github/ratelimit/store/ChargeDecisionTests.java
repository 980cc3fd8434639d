package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.Handles;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The facts of one limit's decision.
 */
class ChargeDecisionTests {

	private static final Receipt RECEIPT = new Receipt() {
	};

	private static final Limit ONE_RATE = Limit.of("chat", Rate.parse("10/min"));

	private static final Limit TWO_RATES = Limit.of("chat", Rate.parseAll("5/s, 60/min"));

	@Test
	void aGrantReportsWhatIsLeft() {
		ChargeDecision granted = ChargeDecision.granted(charge(ONE_RATE, 3), RECEIPT, 7, 18_000_000_001L, null);

		assertThat(granted.isViolated()).isFalse();
		assertThat(granted.isViolated(0)).isFalse();
		assertThat(granted.isNeverPayable()).isFalse();
		assertThat(granted.remaining()).isEqualTo(7);
		assertThat(granted.remaining(0)).isEqualTo(7);
		assertThat(granted.retryAfter()).isZero();
		assertThat(granted.retryAfterNanos()).isZero();
		assertThat(granted.resetAfter()).isEqualTo(Duration.ofNanos(18_000_000_001L)).isEqualTo(granted.resetAfter(0));
		assertThat(granted.receipt()).isSameAs(RECEIPT);
		assertThat(granted.limit()).isSameAs(ONE_RATE);
		assertThat(granted.key()).isEqualTo(Key.of("caller"));
		assertThat(granted.charge().permits()).isEqualTo(3);
	}

	@Test
	void aRefusalReportsTheWait() {
		ChargeDecision refused = ChargeDecision.refused(charge(ONE_RATE, 3), 2, 1, 48_000_000_000L, null);

		assertThat(refused.isViolated()).isTrue();
		assertThat(refused.isViolated(0)).isTrue();
		assertThat(refused.isNeverPayable()).isFalse();
		assertThat(refused.retryAfter()).isEqualTo(Duration.ofNanos(1));
		assertThat(refused.receipt()).isNull();
		assertThat(refused)
			.hasToString("chat value:c*** refused, remaining 2, retry after PT0.000000001S, reset after PT48S");
	}

	@Test
	void everyRateHasItsOwnFacts() {
		ChargeDecision refused = ChargeDecision.refused(charge(TWO_RATES, 4), 1, 5, 9,
				new long[] { 4, 200_000_000, 1, 59_000_000_000L });

		assertThat(refused.remaining(0)).isEqualTo(4);
		assertThat(refused.remaining(1)).isEqualTo(1);
		assertThat(refused.isViolated(0)).isFalse();
		assertThat(refused.isViolated(1)).isTrue();
		assertThat(refused.resetAfter(0)).isEqualTo(Duration.ofMillis(200));
		assertThat(refused.resetAfter(1)).isEqualTo(Duration.ofSeconds(59));
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 2, Integer.MAX_VALUE })
	void thereAreNoFactsOfRatesThatAreNotThere(int rate) {
		ChargeDecision granted = ChargeDecision.granted(charge(TWO_RATES, 1), RECEIPT, 4, 9,
				new long[] { 4, 200_000_000, 59, 1_000_000_000L });

		assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> granted.remaining(rate));
		assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> granted.resetAfter(rate));
	}

	@Test
	void debtIsShownAsNothingLeft() {
		ChargeDecision refused = ChargeDecision.refused(charge(TWO_RATES, 1), -7, 5, 9, new long[] { -7, 1, 0, 2 });

		assertThat(refused.remaining()).isZero();
		assertThat(refused.remaining(0)).isZero();
		assertThat(ChargeDecision.refused(charge(ONE_RATE, 1), -7, 5, 9, null).remaining(0)).isZero();
	}

	@Test
	void aChargeThatCanNeverBePaidIsMarked() {
		ChargeDecision refused = ChargeDecision.refused(charge(ONE_RATE, 11), 10, ChargeDecision.NEVER, 0, null);

		assertThat(refused.isNeverPayable()).isTrue();
		assertThat(refused.retryAfter()).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
		assertThat(refused.toString()).contains("refused, remaining 10, never admitted");
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -1, Long.MIN_VALUE })
	void aRefusalHasAWait(long nanos) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ChargeDecision.refused(charge(ONE_RATE, 3), 2, nanos, 9, null))
			.withMessage("A refusal of limit 'chat' has a wait of " + nanos + " ns. It must be positive.");
	}

	private static Charge charge(Limit limit, long permits) {
		return Charge.of(Handles.of(limit), Key.of("caller"), permits);
	}

	@Test
	void aRefusedScheduledPermitViolatesItsOnlyRateWhateverIsLeft() {
		Limit paced = Limit.named("mail").rates(Rate.parse("10/s")).maxWait(Duration.ofSeconds(2), 10).build();
		ChargeDecision refused = ChargeDecision.refused(Charge.of(Handles.of(paced), Key.of("ann"), 1), 5, 100, 100,
				null);

		assertThat(refused.isViolated(0)).isTrue();
	}

}
