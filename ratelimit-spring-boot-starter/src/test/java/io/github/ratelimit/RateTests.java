package io.github.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Rates that can be, and how they are written.
 */
class RateTests {

	@ParameterizedTest
	@CsvSource({ "10/min,                 10, 60000,      10", "10/m,                   10, 60000,      10",
			"5/15min,                5,  900000,     5", "1/500ms,                1,  500,        1",
			"7/3s,                   7,  3000,       7", "1/ms,                   1,  1,          1",
			"1000003/h,        1000003,  3600000,    1000003", "2/d burst 9,            2,  86400000,   9",
			"60/min burst 90,        60, 60000,      90", "5/15min burst 2,        5,  900000,     2",
			"'  60 / min   burst   90  ', 60, 60000, 90", "007/01s burst 08,        7,  1000,       8" })
	void permitsPeriodAndBurstAreRead(String text, long permits, long millis, long burst) {
		assertThat(Rate.parse(text)).isEqualTo(new Rate(permits, Duration.ofMillis(millis), burst));
	}

	@ParameterizedTest
	@CsvSource({ "60/60s,60/min", "60/m,60/min", "60/1min,60/min", "24/24h,24/d", "24/25h,24/25h", "3/90s,3/90s",
			"3/120s burst 3,3/2min", "3/1500ms burst 4,3/1500ms burst 4", "1/1000ms,1/s" })
	void theTextIsTheShortestForm(String text, String shortest) {
		assertThat(Rate.parse(text)).hasToString(shortest);
	}

	@Property
	void whatIsWrittenIsReadAgain(@ForAll("rates") Rate rate) {
		assertThat(Rate.parse(rate.toString())).isEqualTo(rate);
		assertThat(Rate.parseAll(rate + " , " + rate)).containsExactly(rate, rate);
	}

	@Property
	void noTextEverFailsInAnotherWayThanAsAnInvalidRate(@ForAll("rateLikeTexts") String text) {
		try {
			assertThat(Rate.parse(Rate.parse(text).toString())).isEqualTo(Rate.parse(text));
		}
		catch (InvalidRateException ex) {
			assertThat(ex).hasMessage("Rate '" + text.strip() + "' " + ex.problem() + ". " + ex.remedy());
			assertThat(ex.value()).isEqualTo(text.strip());
		}
	}

	@Test
	void severalRatesKeepTheirOrder() {
		assertThat(Rate.parseAll("60/min burst 90,5/s")).containsExactly(new Rate(60, Duration.ofMinutes(1), 90),
				Rate.of(5, Duration.ofSeconds(1)));
	}

	@Test
	void theLargestNumbersCanBeCounted() {
		assertThat(Rate.parse("1/36500d").timeToFull()).isEqualTo(Rate.MAX_TIME_TO_FULL);
		assertThat(Rate.parse("1000000/ms").timeToFull()).isEqualTo(Duration.ofMillis(1));
		assertThat(new Rate(1_000_000, Duration.ofMillis(1), Rate.MAX_PERMITS).timeToFull())
			.isEqualTo(Duration.ofNanos(Rate.MAX_PERMITS));
	}

	@ParameterizedTest
	@CsvSource({ "7/3s,PT3S", "7/3s burst 1,PT0.428571429S", "5/15min burst 2,PT6M", "3/s burst 10,PT3.333333334S" })
	void theTimeToFullIsRoundedUp(String text, Duration timeToFull) {
		assertThat(Rate.parse(text).timeToFull()).isEqualTo(timeToFull);
	}

	@Test
	void anotherBurstChangesNothingElse() {
		assertThat(Rate.parse("60/min").withBurst(90)).isEqualTo(Rate.parse("60/min burst 90"));
		assertThatExceptionOfType(InvalidRateException.class).isThrownBy(() -> Rate.parse("60/min").withBurst(0));
	}

	@Test
	void aPeriodIsNeeded() {
		assertThatNullPointerException().isThrownBy(() -> Rate.of(1, null)).withMessage("period");
	}

	@Provide
	static Arbitrary<Rate> rates() {
		Arbitrary<Long> permits = Arbitraries.oneOf(Arbitraries.longs().between(1, 10_000),
				Arbitraries.longs().between(1, Rate.MAX_PERMITS));
		Arbitrary<Long> millis = Arbitraries.oneOf(Arbitraries.longs().between(1, 100_000),
				Arbitraries.of(1_000L, 60_000L, 900_000L, 3_600_000L, 86_400_000L),
				Arbitraries.longs().between(1, Rate.MAX_TIME_TO_FULL.toMillis()));
		return Combinators.combine(permits, millis, permits)
			.as((count, period, burst) -> buildable(count, Duration.ofMillis(period), burst))
			.filter((rates) -> !rates.isEmpty())
			.map((rates) -> rates.get(0));
	}

	private static List<Rate> buildable(long permits, Duration period, long burst) {
		try {
			return List.of(new Rate(permits, period, burst));
		}
		catch (InvalidRateException ex) {
			return List.of();
		}
	}

	@Provide
	static Arbitrary<String> rateLikeTexts() {
		return Arbitraries
			.of("1", "0", "15", "-", "-3", "/", "/", "ms", "s", "min", "m", "h", "d", "D", " ", " ", "burst", "burst 5",
					",", "\t", "99999999999999999999", "1e3", "1.5", "٣", "+1")
			.list()
			.ofMaxSize(7)
			.map((parts) -> String.join("", parts));
	}

}
