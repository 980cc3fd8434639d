package io.github.ratelimit.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.ratelimit.Limit;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.autoconfigure.properties.ConfiguredStyles;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.web.response.PlainAnswers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static io.github.ratelimit.provider.Decisions.banned;
import static io.github.ratelimit.provider.Decisions.decision;
import static io.github.ratelimit.provider.Decisions.limit;
import static io.github.ratelimit.provider.Decisions.refused;
import static io.github.ratelimit.provider.Decisions.tooLarge;
import static org.assertj.core.api.Assertions.assertThat;

/** The answers of an application whose responses are not those of servlets. */
class PlainAnswersTests {

	private static final Limit CHAT = limit("chat", "10/min");

	private static final ChargeDecision BANNED = banned(refused(CHAT, Duration.ofSeconds(1), Duration.ofMinutes(1)),
			Duration.ofSeconds(2));

	@ParameterizedTest
	@CsvSource({ "x-ratelimit, openai", "x-ratelimit, Anthropic", "OpenAI, problem", "draft-11, openai" })
	void aLongWaitAndEveryBanAreNotRetriedByTheSdksOfProviders(String headers, String body) {
		PlainAnswers answers = answers(headers, body, "1m");
		assertThat(shouldRetry(answers, waits(Duration.ofMinutes(1)))).isNull();
		assertThat(shouldRetry(answers, waits(Duration.ofMillis(60_001)))).isEqualTo("false");
		assertThat(shouldRetry(answers, BANNED)).isEqualTo("false");
		PlainAnswers patient = answers(headers, body, "1h");
		assertThat(shouldRetry(patient, waits(Duration.ofHours(1)))).isNull();
		assertThat(shouldRetry(patient, waits(Duration.ofHours(2)))).isEqualTo("false");
	}

	@Test
	void otherStylesDoNotPreventRetries() {
		PlainAnswers answers = answers("x-ratelimit", "problem", "1m");
		assertThat(shouldRetry(answers, waits(Duration.ofHours(1)))).isNull();
		assertThat(shouldRetry(answers, BANNED)).isNull();
		assertThat(shouldRetry(answers, tooLarge(CHAT, 11))).isEqualTo("false");
	}

	private static PlainAnswers answers(String headers, String body, String longestRetry) {
		RateLimitProperties properties = new Binder(new MapConfigurationPropertySource(Map.of("ratelimit.http.headers",
				headers, "ratelimit.http.body", body, "ratelimit.http.longest-retry", longestRetry)))
			.bindOrCreate("ratelimit", RateLimitProperties.class);
		return ConfiguredStyles.plainAnswers(properties.http(), List.of());
	}

	private static ChargeDecision waits(Duration wait) {
		return refused(CHAT, wait, wait);
	}

	private static @Nullable String shouldRetry(PlainAnswers answers, ChargeDecision refused) {
		PlainAnswers.Answer answer = answers.answer(new RateLimitExceededException(decision(refused)), null);
		return (answer != null) ? answer.headers().get("x-should-retry") : "no answer";
	}

}
