package io.github.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Invalid rates: the mistake, and the correction.
 */
class RateRefusalTests {

	private static final String FORM = "Write <permits>/<period>[ burst <permits>], for example 10/min, 5/15min or 60/min burst 90.";

	private static final String NONE = "At least 1 is needed; to refuse everything, do not offer the path at all.";

	private static final String MOST = "The most that can be counted is 999999999999999.";

	private static final String UNITS = "The unit is one of ms, s, min (or m), h and d, with an optional whole number before it, for example 15min.";

	private static final String LONGEST = "The longest period is 36500d.";

	@Test
	void formIsNeeded() {
		refused("", "is empty", FORM);
		refused("10", "has no period", FORM);
		refused("ten per minute", "has no period", FORM);
		refused("60 per minute", "has no period", "Write '60/min'.");
		refused("60 requests per minute", "has no period", "Write '60/min'.");
		refused("5 every 15 minutes", "has no period", "Write '5/15min'.");
		refused("5 per week", "has no period", FORM);
		refused("/min", "has no number of permits", FORM);
		refused("10/min burst", "has 'burst' after its period", FORM);
		refused("10/min burst20", "has 'burst20' after its period", FORM);
		refused("10/min Burst 20", "has 'Burst 20' after its period", FORM);
		refused("10/min, 5/s", "has 'min,' as its period", UNITS);
		refused("10/min 5/s", "has '5/s' after its period", FORM);
	}

	@Test
	void zeroAndLessAreRefused() {
		refused("0/min", "has 0 as its permits", NONE);
		refused("-10/min", "has -10 as its permits", NONE);
		refused("10/min burst 0", "has 0 as its burst", NONE);
		refused("10/min burst -1", "has -1 as its burst", NONE);
		refused("10/0s", "has a period of 0 or less", "The shortest period is 1ms.");
		refused("10/-5s", "has '-5s' as its period", UNITS);
	}

	@Test
	void numbersAreWholeAndInDigits() {
		String remedy = "Write a whole number in digits, without separators.";
		refused("ten/min", "has 'ten' as permits", remedy);
		refused("1.5/min", "has '1.5' as permits", remedy);
		refused("1_000/min", "has '1_000' as permits", remedy);
		refused("+5/min", "has '+5' as permits", remedy);
		refused("-/min", "has '-' as permits", remedy);
		refused("--5/min", "has '--5' as permits", remedy);
		refused("٣/min", "has '٣' as permits", remedy);
		refused("10/min burst 1e3", "has '1e3' as burst", remedy);
		refused("10/min burst -", "has '-' as burst", remedy);
	}

	@Test
	void whatOverflowsIsRefused() {
		refused("1000000000000000/d", "has more permits than can be counted", MOST);
		refused("99999999999999999999/min", "has more permits than can be counted", MOST);
		refused("10/min burst 1000000000000000", "has more burst than can be counted", MOST);
		refused("10/min burst 99999999999999999999", "has more burst than can be counted", MOST);
		refused("10/36501d", "has a period that is too long", LONGEST);
		refused("10/9999999999999999d", "has a period that is too long", LONGEST);
		refused("10/99999999999999999999s", "has a period that is too long", LONGEST);
		refused("10/9223372036854775807ms", "has a period that is too long", LONGEST);
		refused("1/d burst 36501", "takes longer than 36500 days to fill", "Lower the burst or raise the permits.");
	}

	@Test
	void theFastestIsOnePermitPerNanosecond() {
		String remedy = "Lower the permits to at most 1000000 or lengthen the period.";
		assertThat(Rate.parse("1000000/ms").permits()).isEqualTo(1_000_000);
		refused("1000001/ms", "is faster than one permit per nanosecond", remedy);
	}

	@Test
	void aBareNumberIsNoPeriod() {
		refused("10/60", "has a period without a unit",
				"Give the period a unit: ms, s, min, h or d, for example '10/60s'.");
		refused("10/60 burst 20", "has a period without a unit",
				"Give the period a unit: ms, s, min, h or d, for example '10/60s'.");
	}

	@ParameterizedTest
	@CsvSource({ "sec,s", "second,s", "minute,min", "minutes,min", "hour,h", "Days,d", "15minutes,15min",
			"500milliseconds,500ms" })
	void aUnitThatIsAWordIsTranslated(String period, String meant) {
		refused("10/" + period, "has '" + period + "' as its period", "Write '10/" + meant + "'.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "w", "us", "ns", "mins", "min5", "1.5s", "da", "week" })
	void otherUnitsAreRefused(String period) {
		refused("10/" + period, "has '" + period + "' as its period", UNITS);
	}

	@ParameterizedTest
	@ValueSource(strings = { "S", "MIN", "Min", "M", "H", "D", "MS", "15MIN" })
	void unitsAreInLowerCase(String period) {
		String remedy = "Write the unit in lower case: ms, s, min, h or d.";
		refused("10/" + period, "has '" + period + "' as its period", remedy);
	}

	@ParameterizedTest
	@CsvSource({ "1234567/d,1234567 permits and 86400000000000,1234560",
			"999999999999999/36500d,999999999999999 permits and 3153600000000000000,999999999000000" })
	void numbersThatBucket4jCannotCountExactlyAreRefused(String text, String numbers, String rounder) {
		InvalidRateException refusal = catchThrowableOfType(InvalidRateException.class, () -> Rate.parse(text));

		assertThat(refusal.problem())
			.isEqualTo("cannot be counted exactly: " + numbers + " nanoseconds have too few factors in common");
		assertThat(refusal.remedy()).isEqualTo("Write a rounder number of permits, for example " + rounder + ".");
		assertThat(Rate.parse(text.replaceFirst("\\d+", rounder)).permits()).isEqualTo(Long.parseLong(rounder));
	}

	@Test
	void theMessageStatesThatNoRounderNumberHelps() {
		refused("7/36499d",
				"cannot be counted exactly: 7 permits and 3153513600000000000 nanoseconds have too few factors in common",
				"Write a rounder number of permits or a shorter period.");
	}

	@Test
	void aRateBuiltFromNumbersIsHeldToTheSameRules() {
		assertThatExceptionOfType(InvalidRateException.class).isThrownBy(() -> Rate.of(0, Duration.ofMinutes(1)))
			.withMessageStartingWith("Rate '0/min burst 0' has 0 as its permits. ");
		assertThatExceptionOfType(InvalidRateException.class).isThrownBy(() -> Rate.of(1, Duration.ZERO))
			.withMessage("Rate '1/PT0S burst 1' has a period of 0 or less. The shortest period is 1ms.");
		assertThatExceptionOfType(InvalidRateException.class).isThrownBy(() -> Rate.of(1, Duration.ofNanos(1_500_000)))
			.withMessage("Rate '1/PT0.0015S burst 1' has a period that is not made of whole milliseconds. "
					+ "The shortest step of a period is 1ms.");
		assertThatExceptionOfType(InvalidRateException.class).isThrownBy(() -> Rate.of(1, Duration.ofNanos(1)));
		assertThatExceptionOfType(InvalidRateException.class).isThrownBy(() -> Rate.of(1, Duration.ofNanos(-1)));
	}

	@ParameterizedTest
	@ValueSource(longs = { Long.MIN_VALUE, Long.MIN_VALUE / 1000, Long.MAX_VALUE / 1000, Long.MAX_VALUE })
	void evenTheLongestDurationsAreRefusedInWords(long seconds) {
		assertThatExceptionOfType(InvalidRateException.class).isThrownBy(() -> Rate.of(1, Duration.ofSeconds(seconds)));
	}

	private static void refused(String text, String problem, String remedy) {
		assertThatExceptionOfType(InvalidRateException.class).as(text)
			.isThrownBy(() -> Rate.parse(" " + text))
			.withMessage("Rate '" + text + "' " + problem + ". " + remedy)
			.satisfies((ex) -> {
				assertThat(ex.value()).isEqualTo(text);
				assertThat(ex.problem()).isEqualTo(problem);
				assertThat(ex.remedy()).isEqualTo(remedy);
			});
	}

}
