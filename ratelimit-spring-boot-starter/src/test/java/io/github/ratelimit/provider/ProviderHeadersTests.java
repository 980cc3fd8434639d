package io.github.ratelimit.provider;

import static io.github.ratelimit.provider.Decisions.granted;
import static io.github.ratelimit.provider.Decisions.perRate;
import static io.github.ratelimit.provider.Decisions.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitUnit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.ChargeDecision;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletResponse;

/** Headers in the styles of OpenAI and Anthropic. */
class ProviderHeadersTests {

	private static final Limit REQUESTS = limit("chat", "60/min", LimitUnit.REQUESTS);

	private static final Limit TOKENS = limit("chat-tokens", "100000/min", LimitUnit.TOKENS);

	private final ManualTime time = new ManualTime();

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	@Test
	void openAiDistinguishesRequestsFromTokens() {
		LimitRemainingResetHeaders.openAi()
			.write(List.of(granted(REQUESTS, 59, Duration.ofSeconds(1)),
					granted(TOKENS, 99_000, Duration.ofMillis(600)),
					granted(Decisions.limit("address", "1/h"), 0, Duration.ofHours(1))), this.response::setHeader);
		assertHeader("x-ratelimit-limit-requests", "60");
		assertHeader("x-ratelimit-remaining-requests", "59");
		assertHeader("x-ratelimit-reset-requests", "1s");
		assertHeader("x-ratelimit-limit-tokens", "100000");
		assertHeader("x-ratelimit-remaining-tokens", "99000");
		assertHeader("x-ratelimit-reset-tokens", "600ms");
		assertThat(this.response.getHeaderNames()).hasSize(6)
			.allMatch(LimitRemainingResetHeaders.openAi().headerNames()::contains);
	}

	@Test
	void ofEachUnitTheLimitNearestToRefusalIsReported() {
		Limit daily = limit("daily", "10/d", LimitUnit.REQUESTS);
		LimitRemainingResetHeaders.openAi()
			.write(List.of(granted(REQUESTS, 59, Duration.ofSeconds(1)), granted(daily, 2, Duration.ofMinutes(1152))),
					this.response::setHeader);
		assertHeader("x-ratelimit-limit-requests", "10");
		assertHeader("x-ratelimit-remaining-requests", "2");
		assertHeader("x-ratelimit-reset-requests", "19h12m0s");
	}

	@Test
	void ofSeveralRatesTheScarcestIsReported() {
		Limit two = limit("chat", "5/s, 60/min", LimitUnit.REQUESTS);
		long[] perRate = perRate(4, Duration.ofMillis(200), 3, Duration.ofMillis(57_001));
		LimitRemainingResetHeaders.openAi()
			.write(List.of(ChargeDecision.granted(Decisions.charge(two), null, 3, 57_001_000_000L, perRate)),
					this.response::setHeader);
		assertHeader("x-ratelimit-limit-requests", "60");
		assertHeader("x-ratelimit-reset-requests", "57.001s");
	}

	@Test
	void limitsWithoutAUnitAreNotReported() {
		ChargeDecision decision = granted(Decisions.limit("chat", "10/min"), 9, Duration.ofSeconds(6));
		LimitRemainingResetHeaders.openAi().write(List.of(decision), this.response::setHeader);
		LimitRemainingResetHeaders.anthropic(this.time).write(List.of(decision), this.response::setHeader);
		assertThat(this.response.getHeaderNames()).isEmpty();
	}

	@Test
	void anthropicReportsTheTimeAtWhichAllPermitsAreAvailableAgain() {
		LimitRemainingResetHeaders.anthropic(this.time)
			.write(List.of(granted(REQUESTS, 59, Duration.ofSeconds(1)),
					refused(TOKENS, Duration.ofSeconds(1), Duration.ofMillis(59_001))), this.response::setHeader);
		assertHeader("anthropic-ratelimit-requests-limit", "60");
		assertHeader("anthropic-ratelimit-requests-remaining", "59");
		assertHeader("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:01Z");
		assertHeader("anthropic-ratelimit-tokens-limit", "100000");
		assertHeader("anthropic-ratelimit-tokens-remaining", "0");
		assertHeader("anthropic-ratelimit-tokens-reset", "2026-01-01T00:01:00Z");
		assertThat(this.response.getHeaderNames()).hasSize(6)
			.allMatch(LimitRemainingResetHeaders.anthropic(this.time).headerNames()::contains);
	}

	@ParameterizedTest
	@CsvSource({ "1, 1", "1000000, 1", "1000001, 2", "6000000000, 6000" })
	void openAisRetryAfterIsMillisecondsRoundedUp(long nanos, String millis) {
		LimitRemainingResetHeaders.openAi().writeRetryAfter(Duration.ofNanos(nanos), this.response::setHeader);
		assertHeader("retry-after-ms", millis);
	}

	@ParameterizedTest
	@CsvSource({ "PT0S, 0s", "PT0.000000001S, 1ms", "PT0.02S, 20ms", "PT0.999S, 999ms", "PT0.9990001S, 1s", "PT1S, 1s",
			"PT6M, 6m0s", "PT1M0.05S, 1m0.05s", "PT1H2M3.5S, 1h2m3.5s", "PT1H, 1h0m0s", "PT24H, 24h0m0s",
			"PT59.999S, 59.999s", "PT8.64S, 8.64s" })
	void timesAreWrittenAsGoWritesThem(Duration time, String text) {
		assertThat(LimitRemainingResetHeaders.go(time)).isEqualTo(text);
	}

	@Property
	void everyTimeCanBeReadAgain(@ForAll @LongRange(min = 0, max = 3_153_600_000_000L) long millis) {
		String text = LimitRemainingResetHeaders.go(Duration.ofMillis(millis));
		assertThat(millisOf(text)).as(text).isEqualTo(millis);
		assertThat(text).isEqualTo(goText(millis));
	}

	/** Reads a Go duration: numbers with units, "ms" before "s". */
	private static long millisOf(String text) {
		double millis = 0;
		int at = 0;
		while (at < text.length()) {
			int end = at;
			while (Character.isDigit(text.charAt(end)) || text.charAt(end) == '.') {
				end++;
			}
			double number = Double.parseDouble(text.substring(at, end));
			if (text.startsWith("ms", end)) {
				millis += number;
				at = end + 2;
			}
			else {
				millis += number * switch (text.charAt(end)) {
					case 'h' -> 3_600_000;
					case 'm' -> 60_000;
					case 's' -> 1000;
					default -> throw new AssertionError(text);
				};
				at = end + 1;
			}
		}
		return Math.round(millis);
	}

	/** Go's rule: leading units of zero are left out, others are not. */
	private static String goText(long millis) {
		if (millis > 0 && millis < 1000) {
			return millis + "ms";
		}
		long minutes = millis / 60_000;
		String seconds = BigDecimal.valueOf(millis % 60_000, 3).stripTrailingZeros().toPlainString() + "s";
		return (minutes >= 60) ? minutes / 60 + "h" + minutes % 60 + "m" + seconds
				: (minutes > 0) ? minutes + "m" + seconds : seconds;
	}

	private void assertHeader(String name, String value) {
		assertThat(this.response.getHeaders(name)).as(name).containsExactly(value);
	}

	private static Limit limit(String name, String rates, LimitUnit unit) {
		return Limit.named(name).rates(Rate.parseAll(rates)).unit(unit).build();
	}

}
