package io.github.ratelimit.provider.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowInferenceTests {

	@Property(tries = 2000)
	void theWindowOfABucketIsFoundFromWhatItReports(@ForAll @LongRange(min = 3, max = 10_000_000) long limit,
			@ForAll @DoubleRange(min = 0, max = 1) double used, @ForAll boolean day) {
		Duration window = day ? WindowInference.DAY : WindowInference.MINUTE;
		double level = limit * (1 - used);
		long remaining = (long) level;
		long millis = (long) Math.ceil((limit - level) * window.toMillis() / limit);
		Assume.that(limit - remaining > 1 && millis > 1);
		assertThat(WindowInference.continuous(limit, remaining, Duration.ofMillis(millis))).isEqualTo(window);
	}

	@ParameterizedTest
	@CsvSource({ "10000, 9999, PT8.64S, PT24H", "10000, 9999, PT5S, PT24H", "5000, 4999, PT0.012S, ",
			"5000, 4999, PT0.003S, ", "60, 59, PT1S, ", "120, 119, PT0.083S, ", "120, 117, PT0.25S, PT10S",
			"100, 50, PT30S, PT1M", "100, 50, PT5S, PT10S", "100, 50, PT0.5S, PT1S", "100, 50, PT2M30.001S, PT5M0.002S",
			"100, 100, PT1S, ", "100, 50, PT0S, ", "100, 50, , ", "-1, 50, PT1S, ", "100, -1, PT1S, ",
			"100, 120, PT1S, ", "100, 50, PT200H, " })
	void theWindowIsAUsualOneOrWhatTheFiguresSay(long limit, long remaining, Duration untilFull, Duration window) {
		assertThat(WindowInference.continuous(limit, remaining, untilFull)).isEqualTo(window);
	}

	@ParameterizedTest
	@CsvSource({ "PT0S, PT1M", "PT40S, PT1M", "PT61S, PT1M", "PT62S, PT1H", "PT59M, PT1H", "PT3H, PT24H", "P20D, P30D",
			"P40D, ", ", " })
	void aFixedWindowIsNotOverBeforeItsEnd(Duration untilEnd, Duration window) {
		assertThat(WindowInference.fixed(untilEnd)).isEqualTo(window);
	}

}
