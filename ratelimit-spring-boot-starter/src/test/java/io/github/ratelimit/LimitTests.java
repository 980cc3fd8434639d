package io.github.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a limit can be.
 */
class LimitTests {

	private static final Rate PER_SECOND = Rate.parse("5/s");

	private static final Rate PER_MINUTE = Rate.parse("60/min burst 90");

	@Test
	void ratesAreInTheOrderOfTheirPeriods() {
		List<Rate> rates = new ArrayList<>(
				Rate.parseAll("100/h, 5/s burst 9, 60/min, 5/s burst 8, 4/s burst 100, 6/s"));
		List<Rate> expected = Rate.parseAll("4/s burst 100, 5/s burst 8, 5/s burst 9, 6/s, 60/min, 100/h");
		for (int i = 0; i < 20; i++) {
			Collections.shuffle(rates);
			assertThat(Limit.of("chat", rates).rates()).isEqualTo(expected);
			assertThat(Limit.of("chat", rates)).isEqualTo(Limit.of("chat", expected))
				.hasSameHashCodeAs(Limit.of("chat", expected));
		}
	}

	@Test
	void theSameRateTwiceCountsOnce() {
		assertThat(Limit.of("chat", Rate.parseAll("60/min, 60/60s, 60/m burst 60")).rates())
			.containsExactly(Rate.parse("60/min"));
	}

	@Test
	void theCapacityIsTheSmallestBurst() {
		assertThat(Limit.of("chat", PER_SECOND, PER_MINUTE).capacity()).isEqualTo(5);
		assertThat(Limit.of("chat", Rate.parse("5/s burst 200"), PER_MINUTE).capacity()).isEqualTo(90);
	}

	@Test
	void limitsAreEqualByNameAndRates() {
		assertThat(Limit.of("chat", PER_SECOND)).isEqualTo(Limit.of("chat", PER_SECOND))
			.isNotEqualTo(Limit.of("Chat", PER_SECOND))
			.isNotEqualTo(Limit.of("chat", PER_MINUTE))
			.isNotEqualTo(Limit.of("chat", PER_SECOND, PER_MINUTE))
			.isNotEqualTo("chat")
			.hasToString("chat [5/s]");
	}

	@Test
	void ratesCannotBeChangedFromOutside() {
		List<Rate> rates = new ArrayList<>(List.of(PER_SECOND));
		Limit limit = Limit.of("chat", rates);
		rates.add(PER_MINUTE);

		assertThat(limit.rates()).containsExactly(PER_SECOND).isUnmodifiable();
	}

	@Test
	void aLimitNeedsARate() {
		assertThatIllegalArgumentException().isThrownBy(() -> Limit.of("chat", List.of()))
			.withMessage("Limit 'chat' has no rate. Give it at least one, such as 10/min.");
		assertThatIllegalArgumentException().isThrownBy(() -> Limit.of("chat"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "chat", "chat-tokens", "CHAT_2", "0", "-", "Mailer.send" })
	void namesAreMadeOfLettersDigitsAndFewSigns(String name) {
		assertThat(Limit.of(name, PER_SECOND).name()).isEqualTo(name);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "chat tokens", "chat\n", "chat\"", "größe", "a/b", "a,b", "a{b}", "а",
			"chat\u0000", "k[0]" })
	void otherNamesAreRefused(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> Limit.of(name, PER_SECOND))
			.withMessage("'" + name + "' cannot name a limit. "
					+ "Use 1 to 128 letters (a-z, A-Z), digits, '-', '_' or '.'.");
	}

	@Test
	void aNameHasAnEnd() {
		assertThat(Limit.of("n".repeat(128), PER_SECOND).name()).hasSize(128);
		assertThatIllegalArgumentException().isThrownBy(() -> Limit.of("n".repeat(129), PER_SECOND));
		assertThatNullPointerException().isThrownBy(() -> Limit.of(null, PER_SECOND)).withMessage("name");
	}

}
