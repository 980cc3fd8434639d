package io.github.ratelimit.autoconfigure.properties;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationTextTests {

	@ParameterizedTest
	@CsvSource({ "PT10S, 10s", "PT1.5S, 1500ms", "PT0.05S, 50ms", "PT0.0005S, 500us", "PT0.000000001S, 1ns", "PT2M, 2m",
			"PT90S, 90s", "PT48H, 2d", "PT0S, 0s" })
	void durationsAreWrittenInTheLargestUnitThatIsExact(Duration duration, String text) {
		assertThat(DurationText.of(duration)).isEqualTo(text);
	}

	@ParameterizedTest
	@CsvSource({ "2 sec, 2s", "1min, 1m", "50 ms, 50ms", "3 Hours, 3h", "7days, 7d", "soon,", "1h30m,", "2 weeks,",
			"1.5s," })
	void otherNotationsAreRecognized(String written, @Nullable String meant) {
		assertThat(DurationText.nearest(written)).isEqualTo(meant);
	}

}
