package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitHandle;
import org.junit.jupiter.api.Test;

/**
 * What a call is to pay.
 */
class ChargeTests {

	private static final Limit CHAT = Limit.of("chat", Rate.parse("10/min"));

	@Test
	void nothingIsAPriceAndLessIsNot() {
		assertThat(Charge.of(Handles.of(CHAT), Key.GLOBAL, 0).permits()).isZero();
		assertThatIllegalArgumentException().isThrownBy(() -> Charge.of(Handles.of(CHAT), Key.GLOBAL, -1))
			.withMessage("A call of limit 'chat' costs -1 permits. "
					+ "A cost is 0 or more; permits come back through Permit.giveBack().");
		assertThatIllegalArgumentException().isThrownBy(() -> Charge.of(Handles.of(CHAT), Key.GLOBAL, Long.MIN_VALUE));
	}

	@Test
	void limitAndKeyAreNeeded() {
		assertThatNullPointerException().isThrownBy(() -> Charge.of(null, Key.GLOBAL, 1)).withMessage("handle");
		assertThatNullPointerException().isThrownBy(() -> Charge.of(Handles.of(CHAT), null, 1)).withMessage("key");
	}

	@Test
	void theBucketIsLimitAndKeyWhateverPlanAndCost() {
		Charge charge = Charge.of(Handles.of(CHAT), Key.of("a"), 1);
		LimitHandle plan = Handles.of(CHAT).withLimit(Limit.of("chat", Rate.parse("1/s")));

		assertThat(charge.sameBucketAs(Charge.of(plan, Key.of("a"), 7))).isTrue();
		assertThat(charge.sameBucketAs(Charge.of(Handles.of(CHAT), Key.of("ip", "a"), 1))).isFalse();
		assertThat(charge.sameBucketAs(Charge.of(Handles.of(CHAT), Key.of("b"), 1))).isFalse();
		assertThat(charge.sameBucketAs(Charge.of(Handles.of(Limit.of("Chat", Rate.parse("10/min"))), Key.of("a"), 1)))
			.isFalse();
	}

}
