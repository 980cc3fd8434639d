package io.github.ratelimit.autoconfigure.properties;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class DurationTextTests {

	@ParameterizedTest
	@CsvSource({ "PT10S, 10s", "PT1.5S, 1500ms", "PT0.05S, 50ms", "PT0.0005S, 500us", "PT0.000000001S, 1ns", "PT2M, 2m",
			"PT90S, 90s", "PT48H, 2d", "PT0S, 0s" })
	void durationsAreWrittenInTheLargestUnitThatIsExact(Duration duration, String text) {
		assertThat(DurationText.of(duration)).isEqualTo(text);
	}

}
