package io.github.ratelimit.autoconfigure.properties;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.autoconfigure.Requests;
import io.github.ratelimit.autoconfigure.StartUp;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of limits in all property sources. */
class LimitNamesTests {

	private static final String CHAT_TOKENS = """
			ratelimit:
			  limits:
			    chat-tokens:
			      rate: 5/s
			      key: ip
			""";

	@ParameterizedTest
	@ValueSource(strings = { "chat", "chat-tokens", "chat_tokens", "Chat", "chatTokens", "CHAT", "7days", "_chat",
			"chat-", "\"chat-tokens\"" })
	void aLimitHasTheNameOfItsFile(String name) {
		StartUp.of(CHAT_TOKENS.replace("chat-tokens", name))
			.succeeds((context) -> assertThat(names(context.getBean(LimitRegistry.class)))
				.containsExactly(name.replace("\"", "")));
	}

	@Test
	void anUnquotedNumberIsNotAName() {
		assertThat(StartUp.of(CHAT_TOKENS.replace("chat-tokens", "5")).failure()).isEqualTo(
				"""
						The rate limits are not configured correctly:

						    Code: RL202
						    Property: ratelimit.limits[5].rate
						    Value: "5"
						    Origin: [file-0.yml] - 4:13
						    Reason: The value is not the name of a limit but the index of a list, or a number that YAML reads as one

						Write the limits as a map from their names: ratelimit.limits.<name>.rate. A name that is a number needs quotes.""");
	}

	@Test
	void aQuotedNumberIsAName() {
		StartUp.of(CHAT_TOKENS.replace("chat-tokens", "\"5\""))
			.succeeds((context) -> assertThat(names(context.getBean(LimitRegistry.class))).containsExactly("5"));
	}

	@Test
	void aListOfLimitsIsRejected() {
		assertThat(StartUp.of("""
				ratelimit:
				  limits:
				    - name: chat
				      rate: 5/s
				""").failure()).contains("Property: ratelimit.limits[0].name")
			.contains("Write the limits as a map from their names");
	}

	@Test
	void aNameInBracketsIsTheNameWithoutThem() {
		StartUp.of(CHAT_TOKENS.replace("chat-tokens", "\"[chat_tokens]\""))
			.succeeds((context) -> assertThat(names(context.getBean(LimitRegistry.class)))
				.containsExactly("chat_tokens"));
	}

	@Test
	void nonAsciiLettersAreRejectedAsWritten() {
		assertThat(StartUp.of(CHAT_TOKENS.replace("chat-tokens", "größe")).failure()).isEqualTo("""
				The rate limits are not configured correctly:

				    Code: RL201
				    Property: ratelimit.limits.größe.rate
				    Value: "größe"
				    Origin: [file-0.yml] - 4:13
				    Reason: The value is not a valid name of a limit: it has 'ß', 'ö'

				A limit's name is made of letters (a-z, A-Z), digits, '-' and '_'.""");
	}

	@ParameterizedTest
	@ValueSource(strings = { "my limit", "a/b", "a:b", "чат", "\"[a.b]\"", "\"a\\nb\"", "chat😀" })
	void otherCharactersAreRejected(String name) {
		assertThat(StartUp.of(CHAT_TOKENS.replace("chat-tokens", name)).failure())
			.contains("Reason: The value is not a valid name of a limit: it has '");
	}

	@Test
	void aNameOfDashesOnlyIsRejected() {
		assertThat(StartUp.of(CHAT_TOKENS.replace("chat-tokens", "\"-_\"")).failure())
			.contains("Reason: The value is not a valid name of a limit: it has neither letter nor digit");
	}

	@Test
	void aNameThatIsTooLongIsRejected() {
		assertThat(StartUp.of(CHAT_TOKENS.replace("chat-tokens", "a".repeat(129))).failure())
			.contains("Reason: The value is not a valid name of a limit: it has 129 characters")
			.endsWith("Shorten it to at most 128.");
	}

	@Test
	void twoSpellingsOfOneNameAreRejected() {
		assertThat(StartUp.of(CHAT_TOKENS + "    chatTokens:\n      rate: 9/s\n").failure()).isEqualTo(
				"""
						The rate limits are not configured correctly:

						    Code: RL203
						    Property: ratelimit.limits.chatTokens.rate
						    Value: "chatTokens"
						    Origin: [file-0.yml] - 7:13
						    Reason: The value is another spelling of the limit 'chat-tokens' ([file-0.yml] - 4:13): names are compared by their letters and digits only

						Spell it 'chat-tokens' everywhere, or give one of the two another name.""");
	}

	@Test
	void twoSpellingsInTwoFilesAreRejected() {
		assertThat(StartUp.of(CHAT_TOKENS).file("ratelimit.limits.chat_tokens.rate: 9/s").failure())
			.contains("another spelling of the limit 'chat_tokens' ([file-0.yml] - 1:36)");
	}

	@Test
	void aNameWithAndWithoutBracketsIsRejected() {
		assertThat(StartUp.of(CHAT_TOKENS).file("ratelimit.limits[chat-tokens].rate: 9/s").failure())
			.contains("another spelling of the limit '[chat-tokens]'");
	}

	@Test
	void aProfileSpecificFileOverridesTheSameName() {
		StartUp.of(CHAT_TOKENS)
			.file("ratelimit.limits.chat-tokens.rate: 9/s")
			.succeeds((context) -> assertThat(rates(context.getBean(LimitRegistry.class)))
				.containsExactly("chat-tokens [9/s]"));
	}

	@Test
	void theCommandLineOverridesTheSameName() {
		StartUp.of(CHAT_TOKENS)
			.property("ratelimit.limits.chat-tokens.rate=9/s")
			.succeeds((context) -> assertThat(rates(context.getBean(LimitRegistry.class)))
				.containsExactly("chat-tokens [9/s]"));
	}

	@Test
	void anotherSpellingOnTheCommandLineIsRejected() {
		assertThat(StartUp.of(CHAT_TOKENS).property("ratelimit.limits.chatTokens.rate=9/s").failure())
			.contains("another spelling of the limit 'chatTokens' (\"ratelimit.limits.chatTokens.rate\" from");
	}

	@ParameterizedTest
	@ValueSource(strings = { "chat-tokens", "chat_tokens", "chatTokens" })
	void anEnvironmentVariableRefersToTheDeclaredLimit(String name) {
		StartUp.of(CHAT_TOKENS.replace("chat-tokens", name))
			.variable("RATELIMIT_LIMITS_CHATTOKENS_RATE", "9/s")
			.succeeds((context) -> assertThat(rates(context.getBean(LimitRegistry.class)))
				.containsExactly(name + " [9/s]"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "chat-tokens", "chat_tokens" })
	void anEnvironmentVariableMayHaveUnderscoresForDashesOfTheDeclaredName(String name) {
		StartUp.of(CHAT_TOKENS.replace("chat-tokens", name))
			.variable("RATELIMIT_LIMITS_CHAT_TOKENS_RATE", "9/s")
			.succeeds((context) -> assertThat(rates(context.getBean(LimitRegistry.class)))
				.containsExactly(name + " [9/s]"));
	}

	@Test
	void anOverriddenListInAnEnvironmentVariableIsNoFailure() {
		StartUp.of(CHAT_TOKENS)
			.variable("RATELIMIT_LIMITS_CHAT_TOKENS_KEY_0", "user")
			.variable("RATELIMIT_LIMITS_CHAT_TOKENS_KEY_1", "ip")
			.property("ratelimit.limits.chat-tokens.key=global")
			.succeeds((context) -> assertThat(context.getBean(LimitRegistry.class).get("chat-tokens").keySources())
				.extracting((source) -> source.expression())
				.containsExactly("global"));
	}

	@Test
	void bothSpellingsOfEnvironmentVariablesReferToTheDeclaredLimit() {
		StartUp.of(CHAT_TOKENS)
			.variable("RATELIMIT_LIMITS_CHATTOKENS_RATE", "9/s")
			.variable("RATELIMIT_LIMITS_CHAT_TOKENS_COST", "3")
			.succeeds((context) -> {
				LimitHandle limit = context.getBean(LimitRegistry.class).get("chat-tokens").handle();
				assertThat(limit).hasToString("chat-tokens [9/s]");
				assertThat(context.getBean(LimitPolicies.class).get("chat-tokens").charge(Requests.from("192.0.2.1")))
					.isEqualTo(Charge.of(limit, Key.of(Key.ADDRESS_KIND, "192.0.2.1"), 3));
			});
	}

	@Test
	void aLimitThatOnlyEnvironmentVariablesDefineHasTheirName() {
		StartUp.of("")
			.variable("RATELIMIT_LIMITS_CHATTOKENS_RATE", "9/s")
			.variable("RATELIMIT_LIMITS_CHATTOKENS_KEY", "ip")
			.succeeds((context) -> assertThat(rates(context.getBean(LimitRegistry.class)))
				.containsExactly("chattokens [9/s]"));
	}

	@Test
	void anEnvironmentVariableWithUnderscoresInAnUndeclaredNameIsRejected() {
		assertThat(StartUp.of("").variable("RATELIMIT_LIMITS_CHAT_TOKENS_RATE", "9/s").failure()).isEqualTo(
				"""
						The rate limits are not configured correctly:

						    Code: RL204
						    Property: RATELIMIT_LIMITS_CHAT_TOKENS_RATE
						    Value: "9/s"
						    Origin: System Environment Property "RATELIMIT_LIMITS_CHAT_TOKENS_RATE"
						    Reason: The value is not how an environment variable for a limit is spelled

						Write RATELIMIT_LIMITS_CHATTOKENS_RATE: in environment variables, names have neither dashes nor underscores.""");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "RATELIMIT_LIMITS_CHATTOKENS_ON_MISSING_KEY", "RATELIMIT_LIMITS_CHAT_TOKENS_ONMISSINGKEY" })
	void anEnvironmentVariableWithMixedSpellingIsRejected(String name) {
		assertThat(StartUp.of(CHAT_TOKENS).variable(name, "skip").failure())
			.contains("is not how an environment variable for the limit 'chat-tokens' is spelled")
			.contains("Write RATELIMIT_LIMITS_CHATTOKENS_ONMISSINGKEY:");
	}

	@Test
	void anEnvironmentVariableWithMixedSpellingOfANameWithUnderscoresIsRejected() {
		assertThat(StartUp.of(CHAT_TOKENS.replace("chat-tokens", "chat_tokens") + "      on-missing-key: deny\n")
			.variable("RATELIMIT_LIMITS_CHAT_TOKENS_ONMISSINGKEY", "skip")
			.failure()).contains("Write RATELIMIT_LIMITS_CHATTOKENS_ONMISSINGKEY:");
	}

	@Test
	void ofBothSpellingsOfOneSettingTheOneThatIsNotBoundIsRejected() {
		assertThat(StartUp.of(CHAT_TOKENS)
			.variable("RATELIMIT_LIMITS_CHATTOKENS_RATE", "9/s")
			.variable("RATELIMIT_LIMITS_CHAT_TOKENS_RATE", "8/s")
			.failure()).contains("Property: RATELIMIT_LIMITS_CHAT_TOKENS_RATE");
	}

	@Test
	void anEnvironmentVariableForANameThatBeginsWithANumberIsRejected() {
		assertThat(StartUp.of("").variable("RATELIMIT_LIMITS_404_PAGES_RATE", "9/s").failure())
			.contains("Write RATELIMIT_LIMITS_404PAGES_RATE:");
	}

	@Test
	void anEnvironmentVariableWithDotsIsSpelledLikeAFile() {
		StartUp.of("")
			.variable("ratelimit.limits.chat-tokens.rate", "9/s")
			.variable("ratelimit.limits.chat-tokens.key", "ip")
			.succeeds((context) -> assertThat(rates(context.getBean(LimitRegistry.class)))
				.containsExactly("chat-tokens [9/s]"));
	}

	@Test
	void anEnvironmentVariableThatCannotReachANameInBracketsIsRejected() {
		assertThat(StartUp.of(CHAT_TOKENS.replace("chat-tokens", "\"[chat-tokens]\""))
			.variable("RATELIMIT_LIMITS_CHATTOKENS_RATE", "9/s")
			.failure()).contains("does not reach the limit '[chat-tokens]' ([file-0.yml] - 4:13), because")
			.endsWith("Write the limit's name without brackets: chat-tokens.");
	}

	@Test
	void aMisspeltLimitInTheEnvironmentGetsASuggestion() {
		assertThat(StartUp.of(CHAT_TOKENS).variable("RATELIMIT_LIMITS_CHATTOKEN_RATE", "9/s").failure())
			.contains("Property: ratelimit.limits.chattoken.key")
			.endsWith("Only environment variables name the limit 'chattoken': did you mean 'chat-tokens'?");
	}

	private static List<String> names(LimitRegistry registry) {
		return registry.all().stream().map(RegisteredLimit::limit).map(Limit::name).toList();
	}

	private static List<String> rates(LimitRegistry registry) {
		return registry.all().stream().map((registered) -> registered.limit().toString()).toList();
	}

}
