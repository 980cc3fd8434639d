package io.github.ratelimit.autoconfigure.properties;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.autoconfigure.StartUp;
import io.github.ratelimit.autoconfigure.client.RateLimitClientAutoConfiguration;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ApplicationContext;

/** Names of clients in all property sources. */
class ClientNamesTests {

	private static final String OPEN_AI = """
			ratelimit:
			  clients:
			    open-ai:
			      requests: 5/s
			""";

	private static StartUp of(String yaml) {
		return StartUp.of(yaml).autoConfigured(RateLimitClientAutoConfiguration.class);
	}

	private static List<String> requests(ClientLimiters clients) {
		return clients.all().stream().map(ClientNamesTests::requests).toList();
	}

	private static String requests(ClientLimiter client) {
		ConfiguredQuota quota = client.settings().settings().quotas().get(0);
		return client.name() + " " + quota.permits();
	}

	@ParameterizedTest
	@ValueSource(strings = { "openai", "open-ai", "open_ai", "openAi", "OPENAI" })
	void anEnvironmentVariableMeansTheClientOfTheFileHoweverThatSpellsIt(String name) {
		of(OPEN_AI.replace("open-ai", name)).variable("RATELIMIT_CLIENTS_OPENAI_REQUESTS", "9/s")
			.succeeds((context) -> assertThat(requests(context.getBean(ClientLimiters.class)))
				.containsExactly(name + " 9"));
	}

	@Test
	void anEnvironmentVariableAddsASettingToTheClientOfTheFile() {
		of(OPEN_AI).variable("RATELIMIT_CLIENTS_OPENAI_MAXCONCURRENT", "3")
			.succeeds((context) -> assertThat(context.getBean(ClientLimiters.class).all()).singleElement()
				.satisfies((client) -> assertThat(requests(client)).isEqualTo("open-ai 5"))
				.satisfies((client) -> assertThat(client.settings().settings().maxConcurrent()).isEqualTo(3)));
	}

	@Test
	void aClientThatOnlyEnvironmentVariablesDefineHasTheirName() {
		of("").variable("RATELIMIT_CLIENTS_OPENAI_REQUESTS", "9/s")
			.succeeds((context) -> assertThat(requests(context.getBean(ClientLimiters.class)))
				.containsExactly("openai 9"));
	}

	@Test
	void modelsBelongToTheClientOfTheFile() {
		of(OPEN_AI + "      models:\n        gpt-4.1*: { requests: 7/s }\n")
			.variable("RATELIMIT_CLIENTS_OPENAI_REQUESTS", "9/s")
			.succeeds((context) -> assertThat(context.getBean(ClientLimiters.class).all()).singleElement()
				.satisfies((client) -> assertThat(client.settings().models()).singleElement()
					.satisfies((model) -> assertThat(model.pattern()).isEqualTo("gpt-4.1*"))));
	}

	@ParameterizedTest
	@ValueSource(strings = { "OPENAI_MODELS_GPT41_REQUESTS", "OPENAI_MODELS_GPT_4_1_REQUESTS" })
	void anEnvironmentVariableMeansTheModelOfTheFile(String variable) {
		of(OPEN_AI + "      models:\n        gpt-4.1*: { requests: 7/s, max-wait: 5s }\n        o3: { tokens: 9/s }\n")
			.variable("RATELIMIT_CLIENTS_" + variable, "9/s")
			.succeeds((context) -> assertThat(models(context)).containsExactly("gpt-4.1* 9 PT5S", "o3 5 and 9 PT30S"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "GPT41_MAXWAIT", "GPT41_MAX_WAIT", "GPT_4_1_MAXWAIT" })
	void anEnvironmentVariableAddsASettingToTheModelOfTheFile(String variable) {
		of(OPEN_AI + "      models:\n        gpt-4.1*: { requests: 7/s }\n")
			.variable("RATELIMIT_CLIENTS_OPENAI_MODELS_" + variable, "9s")
			.succeeds((context) -> assertThat(models(context)).containsExactly("gpt-4.1* 7 PT9S"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "gpt-4.1: { maxWait: 9s }", "gpt-5: { max_wait: 9s }", "gpt-5: { MAX-WAIT: 9s }",
			"\"[gpt-4.1]\": { max-wait: 9s }", "\"[gpt-5]\": { max-wait: 9s }" })
	void aSettingOfAModelIsReadInEverySpellingThatBootReads(String model) {
		of(OPEN_AI + "      models:\n        " + model + "\n").succeeds(
				(context) -> assertThat(models(context)).singleElement().asString().matches("gpt-[45.1]+ 5 PT9S"));
	}

	@Test
	void aClientCanHaveModelsAlone() {
		of("ratelimit:\n  clients:\n    open-ai:\n      models:\n        gpt-4.1: { requests: 7/s }\n")
			.succeeds((context) -> assertThat(models(context)).containsExactly("gpt-4.1 7 PT30S"));
	}

	@Test
	void anEnvironmentVariableForAModelThatNoFileHasIsRejected() {
		assertThat(of(OPEN_AI).variable("RATELIMIT_CLIENTS_OPENAI_MODELS_GPT5_REQUESTS", "9/s").failure())
			.contains("RATELIMIT_CLIENTS_OPENAI_MODELS_GPT5_REQUESTS", "names a model of which no file has a setting");
	}

	@Test
	void anEnvironmentVariableForSeveralModelsIsRejected() {
		assertThat(of(OPEN_AI + "      models:\n        gpt-5: { requests: 7/s }\n        gpt-5*: { requests: 8/s }\n")
			.variable("RATELIMIT_CLIENTS_OPENAI_MODELS_GPT5_REQUESTS", "9/s")
			.failure()).contains("means several models: gpt-5, gpt-5*");
	}

	@Test
	void anEnvironmentVariableForAModelWithMixedSpellingOfTheClientIsRejected() {
		assertThat(of(OPEN_AI + "      models:\n        gpt-5: { requests: 7/s }\n")
			.variable("RATELIMIT_CLIENTS_OPEN_AI_MODELS_GPT5_REQUESTS", "9/s")
			.failure()).contains("is not how an environment variable for the client 'open-ai' is spelled")
			.contains("Write RATELIMIT_CLIENTS_OPENAI_MODELS_GPT5_REQUESTS:");
	}

	private static List<String> models(ApplicationContext context) {
		return context.getBean(ClientLimiters.class)
			.all()
			.stream()
			.flatMap((client) -> client.settings().models().stream())
			.map((model) -> model.pattern() + " " + permits(model.settings()) + " " + model.settings().maxWait())
			.toList();
	}

	private static String permits(GovernorSettings settings) {
		return settings.quotas()
			.stream()
			.map((quota) -> Long.toString(quota.permits()))
			.collect(Collectors.joining(" and "));
	}

	@Test
	void anEnvironmentVariableWithMixedSpellingIsRejected() {
		assertThat(of(OPEN_AI).variable("RATELIMIT_CLIENTS_OPENAI_MAX_WAIT", "9s").failure())
			.contains("is not how an environment variable for the client 'open-ai' is spelled")
			.contains("Write RATELIMIT_CLIENTS_OPENAI_MAXWAIT:");
	}

	@Test
	void twoSpellingsOfAClientAreRejected() {
		assertThat(of(OPEN_AI).file(OPEN_AI.replace("open-ai", "openai")).failure())
			.contains("is another spelling of the client 'openai'");
	}

	@Test
	void aNameWithOtherCharactersIsRejected() {
		assertThat(of(OPEN_AI.replace("open-ai", "\"öpenai\"")).failure())
			.contains("is not a valid name of a client: it has 'ö'")
			.contains("A client's name is made of letters");
	}

	@Test
	void aClientThatAVariableSpellsCannotHaveTheNameOfALimit() {
		assertThat(of(OPEN_AI + "  limits:\n    open-ai:\n      rate: 1/s\n      key: ip\n")
			.variable("RATELIMIT_CLIENTS_OPENAI_REQUESTS", "9/s")
			.failure()).contains("ratelimit.clients.open-ai")
			.contains("Give the client or ratelimit.limits.open-ai another name.");
	}

}
