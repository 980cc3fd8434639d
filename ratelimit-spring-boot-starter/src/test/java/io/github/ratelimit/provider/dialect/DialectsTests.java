package io.github.ratelimit.provider.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialectsTests {

	private final Dialects dialects = new Dialects(List.of());

	@ParameterizedTest
	@CsvSource({ "api.openai.com, openai", "eu.api.openai.com, openai", "acme.openai.azure.com, azure-openai",
			"acme.cognitiveservices.azure.com, azure-openai", "acme.services.ai.azure.com, azure-openai",
			"api.anthropic.com, anthropic", "api.groq.com, groq", "api.mistral.ai, mistral",
			"api.cerebras.ai, cerebras", "generativelanguage.googleapis.com, gemini",
			"us-central1-aiplatform.googleapis.com, gemini", "aiplatform.googleapis.com, gemini",
			"openrouter.ai, openrouter", "api.together.xyz, together", "api.together.ai, together",
			"bedrock-runtime.us-east-1.amazonaws.com, bedrock", "bedrock-runtime-fips.us-east-1.amazonaws.com, bedrock",
			"api.x.ai, xai", "api.github.com, github", "api.deepseek.com, none", "api.cohere.com, none",
			"API.OpenAI.com, openai", "api.example.com, ietf", "api.openai.com.example.com, ietf",
			"notapi.openai.com, ietf", "s3.us-east-1.amazonaws.com, ietf", "localhost, ietf" })
	void theHostSelectsTheDialect(String host, String dialect) {
		assertThat(this.dialects.forHost(host).name()).isEqualTo(dialect);
	}

	@ParameterizedTest
	@CsvSource({ "openai", "azure-openai", "anthropic", "groq", "mistral", "cerebras", "gemini", "openrouter",
			"together", "bedrock", "xai", "github", "ietf", "none" })
	void everyDialectHasItsName(String name) {
		assertThat(this.dialects.byName(name).name()).isEqualTo(name);
		assertThat(this.dialects.byName(" " + name.toUpperCase(Locale.ROOT)).name()).isEqualTo(name);
	}

	@Test
	void ofAnUnknownNameTheNearestIsSuggested() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.dialects.byName("opena1"))
			.withMessage(
					"There is no dialect named 'opena1'. Did you mean 'openai'? The known ones are auto, anthropic, "
							+ "azure-openai, bedrock, cerebras, gemini, github, groq, ietf, mistral, none, openai, openrouter, "
							+ "together, xai.");
		assertThatIllegalArgumentException().isThrownBy(() -> this.dialects.byName("something-else"))
			.withMessageStartingWith("There is no dialect named 'something-else'. The known ones are auto, ");
	}

	@Test
	void theApplicationsOwnDialectsWin() {
		ClientDialect own = new Own("OpenAI", "api.openai.com");
		ClientDialect other = new Own("acme", "api.anthropic.com");
		Dialects dialects = new Dialects(List.of(own, other));
		assertThat(dialects.byName("openai")).isSameAs(own);
		assertThat(dialects.forHost("api.openai.com")).isSameAs(own);
		assertThat(dialects.byName("acme")).isSameAs(other);
		assertThat(dialects.forHost("api.anthropic.com")).isSameAs(other);
	}

	@Test
	void twoOwnDialectsOfOneNameAreRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new Dialects(List.of(new Own("acme", "a"), new Own("Acme", "b"))))
			.withMessageContaining("Two beans of type ClientDialect are named 'Acme'");
	}

	private record Own(String name, String host) implements ClientDialect {

		@Override
		public boolean isSpokenBy(String host) {
			return this.host.equals(host);
		}

		@Override
		public ProviderSnapshot read(ProviderResponse response) {
			return ProviderSnapshot.EMPTY;
		}

	}

}
