package io.github.ratelimit.autoconfigure.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The codes of failures. */
class MessageCodesTests {

	static Stream<Arguments> texts() {
		try (InputStream resource = MessageCodes.class.getResourceAsStream(MessageCodes.RESOURCE)) {
			assertThat(resource).isNotNull();
			return new String(resource.readAllBytes(), StandardCharsets.UTF_8).lines()
				.flatMap((line) -> Stream.of(line.substring(6).split("; "))
					.map((text) -> arguments(text.replace("…", "any"), line.substring(0, 5))));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@ParameterizedTest
	@MethodSource("texts")
	void noTextHidesAnother(String problem, String code) {
		assertThat(MessageCodes.find(problem, null)).isEqualTo(code);
	}

	@ParameterizedTest
	@CsvSource(quoteCharacter = '`', value = { "has 'ten' as permits, rate, RL101", "has '20x' as its denials, , RL101",
			"has '60x' as its period, , RL102", "has 0 as its permits, , RL103", "has 0 as its denials, , RL103",
			"is missing or empty, rate, RL121", "is missing or empty, key, RL122", "is missing, path, RL332",
			"names a limit that does not exist, limits, RL335",
			"names a limit that does not exist, @RateLimited, RL458", "is below 1, max-attempts, RL233",
			"`is below spring, where it has no effect`, rate, RL206",
			"`names the plan 'pro', which the limit does not have`, plan, RL302",
			"`names the argument #usrId, which Some.find does not have`, , RL422" })
	void theLongestTextCounts(String problem, @Nullable String subject, String code) {
		assertThat(MessageCodes.find(problem, subject)).isEqualTo(code);
	}

	@Test
	void aFailureThatNoTextDescribesHasNoCode() {
		assertThat(MessageCodes.find("is odd", "rate")).isNull();
	}

}
