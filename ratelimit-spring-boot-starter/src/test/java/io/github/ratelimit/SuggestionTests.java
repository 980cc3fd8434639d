package io.github.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The name that was probably meant.
 */
class SuggestionTests {

	private static final List<String> KNOWN = List.of("everyone", "address", "chat", "chat-tokens", "login");

	@ParameterizedTest
	@CsvSource({ "chta,chat", "Chat,chat", "cha,chat", "chats,chat", "chat-token,chat-tokens", "chatTokens,chat-tokens",
			"CHAT_TOKENS,chat-tokens", "every-one,everyone", "adress,address", "logn,login", "log-in,login" })
	void theNearestNameIsFound(String name, String meant) {
		assertThat(Suggestion.nearest(name, KNOWN)).contains(meant);
	}

	@ParameterizedTest
	@CsvSource({ "payments", "x", "xy", "''", "--", "upload" })
	void nothingIsSuggestedForWhatIsFarFromAll(String name) {
		assertThat(Suggestion.nearest(name, KNOWN)).isEmpty();
	}

	@Test
	void namesWithoutALetterInCommonAreNotNear() {
		assertThat(Suggestion.nearest("ab", List.of("xy", "ip", "z"))).isEmpty();
		assertThat(Suggestion.nearest("ab", List.of())).isEmpty();
	}

	@Test
	void ofTwoEquallyNearTheFirstInTheAlphabetIsMeant() {
		assertThat(Suggestion.nearest("chat3", List.of("chat2", "chat1", "chat4"))).contains("chat1");
	}

}
