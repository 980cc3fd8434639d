package io.github.ratelimit;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PenaltyTests {

	@Test
	void isReadAndWrittenInItsShortestForm() {
		Penalty penalty = Penalty.parse("  20  denials in 10min for  60min ");
		assertThat(penalty).isEqualTo(new Penalty(20, Duration.ofMinutes(10), Duration.ofHours(1)))
			.hasToString("20 denials in 10min for 1h");
		assertThat(Penalty.parse(penalty.toString())).isEqualTo(penalty);
		assertThat(Penalty.parse("1 denial in 500ms for 2d")).hasToString("1 denial in 500ms for 2d");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			''                               | is empty
			20 denials                       | does not say after how many denials, in what time and for how long
			20 times in 10min for 1h         | does not say after how many denials, in what time and for how long
			20 denials in 10 min for 1h      | does not say after how many denials, in what time and for how long
			1e3 denials in 10min for 1h      | has '1e3' as its denials
			-1 denials in 10min for 1h       | has -1 as its denials
			20 denials in 10MIN for 1h       | has '10MIN' as its period
			20 denials in 10min for 3600     | has a bare number as its period
			20 denials in 0s for 1h          | has a period of 0 or less
			20 denials in 1s for 0h          | has a period of 0 or less
			20 denials in 1s for 36501d      | has a period that overflows
			""")
	void whatIsNoPenaltyIsRefused(String text, String problem) {
		assertThatExceptionOfType(InvalidRateException.class).isThrownBy(() -> Penalty.parse(text))
			.satisfies((ex) -> assertThat(ex.problem()).isEqualTo(problem))
			.withMessageStartingWith("Penalty '" + text + "' " + problem + ". ");
	}

}
