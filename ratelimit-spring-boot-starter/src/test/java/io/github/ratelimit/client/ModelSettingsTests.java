package io.github.ratelimit.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.client.ClientSettings.ModelSettings;
import io.github.ratelimit.governor.GovernorSettings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which models a pattern of the configuration names. */
class ModelSettingsTests {

	@ParameterizedTest
	@CsvSource({ "gpt-4o, gpt-4o", "gpt-4o*, gpt-4o", "gpt-4o*, gpt-4o-mini", "*, o3", "*-mini, gpt-4o-mini",
			"a*b*c, abc", "a*b*c, a1b2c", "a*b*c, abbcc", "a*b*c, a-b-c-bc", "a**c, abc" })
	void aStarIsAnyLettersOrNone(String pattern, String model) {
		assertThat(matches(pattern, model)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "gpt-4o, gpt-4o-mini", "gpt-4o, GPT-4o", "gpt-4o*, my-gpt-4o", "*-mini, gpt-4o-mini-2", "a*b*c, ac",
			"a*b*c, acb", "a*b*c, ab", "a*b*c, bbc", "gpt-4.1, gpt-401" })
	void everythingElseHasToBeTheSame(String pattern, String model) {
		assertThat(matches(pattern, model)).isFalse();
	}

	private static boolean matches(String pattern, String model) {
		return new ModelSettings(pattern, GovernorSettings.DEFAULTS).matches(model);
	}

}
