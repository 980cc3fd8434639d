package io.github.ratelimit.provider.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeParserTests {

	@ParameterizedTest
	@CsvSource({ "20ms, PT0.02S", "1s, PT1S", "6m0s, PT6M", "1h2m3.5s, PT1H2M3.5S", "1m, PT1M", "4h17m, PT4H17M",
			"2m59.56s, PT2M59.56S", "0s, PT0S", "350\u00b5s, PT0.00035S", "350us, PT0.00035S", "5000ns, PT0.000005S",
			"1d2h, PT26H", "57.238747106s, PT57.238747S", "16m17.764s, PT16M17.764S" })
	void durationsOfGoAreRead(String text, Duration expected) {
		assertThat(TimeParser.until(text, Responses.NOW)).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource({ "0, PT0S", "55, PT55S", "0.5, PT0.5S", "33011.382867, PT9H10M11.382867S", "31536000, P365D",
			"1767225660, PT1M", "1767225660.5, PT1M0.5S", "1767225660000, PT1M", "1767225660250, PT1M0.25S",
			"1700000000, PT0S" })
	void numbersAreSecondsOrAMomentSince1970(String text, Duration expected) {
		assertThat(TimeParser.until(text, Responses.NOW)).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "2026-01-01T00:01:03Z | PT1M3S", "2026-01-01T00:00:00.250Z | PT0.25S",
					"2026-01-01T02:01:00+02:00 | PT1M", "2025-12-31T23:59:45Z | PT0S",
					"Thu, 01 Jan 2026 00:00:07 GMT | PT7S", "Wed, 31 Dec 2025 23:59:00 GMT | PT0S" })
	void momentsAreRead(String text, Duration expected) {
		assertThat(TimeParser.until(text, Responses.NOW)).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "s", "ms", "1x", "1h2", "1.2.3s", ".s", "-5s", "1e3", "NaN", "Infinity", "1s ",
			"9000h", "99999999", "99999999999999999999999", "2028-01-01T00:00:00Z", "2026-13-01T00:00:00Z",
			"2026-01-01", "Thu, 32 Jan 2026 00:00:07 GMT", "Thu", "0x10", "1_000", "\u0661s" })
	void anythingElseIsNone(String text) {
		assertThat(TimeParser.until(text, Responses.NOW)).isNull();
	}

}
