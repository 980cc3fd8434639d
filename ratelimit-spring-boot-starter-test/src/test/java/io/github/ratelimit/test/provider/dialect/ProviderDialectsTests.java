package io.github.ratelimit.test.provider.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.ProviderLimit;
import io.github.ratelimit.test.provider.limits.Violation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

class ProviderDialectsTests {

	private static final Instant NOW = Instant.parse("2026-01-01T00:00:15Z");

	static List<ProviderDialect> dialects() {
		return ProviderDialects.all();
	}

	@ParameterizedTest
	@MethodSource("dialects")
	void every_dialect_has_an_answer_to_everything(ProviderDialect dialect) {
		for (LimitedUnit unit : LimitedUnit.values()) {
			for (Duration window : List.of(Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofMinutes(1),
					Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(30))) {
				LimitState state = new LimitState(new ProviderLimit(unit, 100, window, false), 0.5, NOW);
				ProviderReport report = new ProviderReport(NOW, "model", List.of(state), 7);
				dialect.headers(report).forEach(ProviderDialectsTests::check);
				check(dialect.refused(report, new Violation(state, 50, state.untilAvailable(50))));
				check(dialect.refused(report, new Violation(state, 101, null)));
			}
		}
		ProviderReport unlimited = new ProviderReport(NOW, "model", List.of(), 0);
		assertThat(new ArrayList<>(dialect.headers(unlimited).keySet())).isEmpty();
		check(dialect.refused(unlimited, new Violation(null, 1, Duration.ZERO)));
		check(dialect.overloaded(unlimited));
		check(dialect.creditSpent(unlimited));
	}

	private static void check(ProviderAnswer answer) {
		assertThat(answer.status()).isBetween(400, 599);
		answer.headers().forEach(ProviderDialectsTests::check);
		if (!answer.body().isEmpty()) {
			assertThat(answer.headers().get("content-type")).startsWith("application/");
			assertThat(new JsonMapper().readTree(answer.body()).isObject()).isTrue();
		}
	}

	private static void check(String name, String value) {
		assertThat(name).matches("[a-z0-9-]+");
		assertThat(value).matches("[ -~\u00b5]+");
	}

	@Test
	void a_dialect_is_found_by_its_name() {
		assertThat(dialects()).allMatch((dialect) -> ProviderDialects.of(dialect.name()) == dialect);
		assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(() -> ProviderDialects.of("grok"))
			.withMessageContaining("'grok'")
			.withMessageContaining("xai");
	}

	@Test
	void times_are_written_as_go_does() {
		assertThat(Times.go(Duration.ZERO)).isEqualTo("0s");
		assertThat(Times.go(Duration.ofNanos(7))).isEqualTo("7ns");
		assertThat(Times.go(Duration.ofMillis(20))).isEqualTo("20ms");
		assertThat(Times.go(Duration.ofNanos(182_500_000))).isEqualTo("182.5ms");
		assertThat(Times.go(Duration.ofSeconds(1))).isEqualTo("1s");
		assertThat(Times.go(Duration.ofSeconds(60))).isEqualTo("1m0s");
		assertThat(Times.go(Duration.ofSeconds(360))).isEqualTo("6m0s");
		assertThat(Times.go(Duration.ofMillis(3_723_500))).isEqualTo("1h2m3.5s");
		assertThat(Times.go(Duration.ofNanos(60_363_142_857L))).isEqualTo("1m0.363142857s");
	}

}
