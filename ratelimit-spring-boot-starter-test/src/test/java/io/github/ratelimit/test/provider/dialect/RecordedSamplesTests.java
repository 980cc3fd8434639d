package io.github.ratelimit.test.provider.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.Violation;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds the dialects to answers that providers gave. */
class RecordedSamplesTests {

	private static final JsonMapper JSON = new JsonMapper();

	static List<RecordedSample> samples() throws IOException {
		return RecordedSample.all();
	}

	@ParameterizedTest
	@MethodSource("samples")
	void a_dialect_answers_as_its_provider_did(RecordedSample sample) {
		ProviderReport report = sample.report();
		String when = sample.fact("when", "");
		if (when.equals("answered")) {
			assertThat(sample.dialect().headers(report)).isEqualTo(sample.headers());
			return;
		}
		ProviderAnswer answer = switch (when) {
			case "overloaded" -> sample.dialect().overloaded(report);
			case "credit spent" -> sample.dialect().creditSpent(report);
			default -> sample.dialect().refused(report, violation(report, when.split(" ")));
		};
		assertThat(answer.status()).isEqualTo(Integer.parseInt(sample.fact("status", "")));
		assertThat(answer.headers()).containsAllEntriesOf(sample.headers());
		String body = sample.fact("body", "{}");
		assertThat(contains(JSON.readTree(answer.body()), JSON.readTree(body)))
			.as("%s%nis part of%n%s", body, answer.body())
			.isTrue();
	}

	private static Violation violation(ProviderReport report, String[] words) {
		LimitState state = report.first(LimitedUnit.valueOf(words[1])).orElseThrow();
		long requested = Long.parseLong(words[2]);
		// What xAI reports as actual is more than its limit
		return new Violation(state, requested, state.untilAvailable(requested));
	}

	/** Returns whether all that is in the part is in the whole too. */
	private static boolean contains(JsonNode whole, JsonNode part) {
		if (part.isObject()) {
			return whole.isObject() && part.properties()
				.stream()
				.allMatch((member) -> whole.has(member.getKey())
						&& contains(whole.get(member.getKey()), member.getValue()));
		}
		if (part.isArray()) {
			return whole.isArray() && StreamSupport.stream(part.spliterator(), false)
				.allMatch((element) -> StreamSupport.stream(whole.spliterator(), false)
					.anyMatch((other) -> contains(other, element)));
		}
		return whole.equals(part);
	}

	@Test
	void every_dialect_but_those_without_a_provider_has_a_sample() throws IOException {
		Set<String> names = ProviderDialects.all()
			.stream()
			.map(ProviderDialect::name)
			.collect(Collectors.toCollection(TreeSet::new));
		samples().forEach((sample) -> names.remove(sample.dialect().name()));
		assertThat(names).containsExactly("none", "openai-project", "openai-usage-based", "x-ratelimit");
	}

	@Test
	void every_sample_names_its_source() throws IOException {
		assertThat(samples()).hasSizeGreaterThan(30)
			.allMatch((sample) -> sample.fact("source", "").startsWith("https://"));
	}

	@Test
	void the_tokens_of_an_openai_project_have_names_of_their_own() throws IOException {
		ProviderReport report = samples().get(indexOfFirst("openai")).report();
		Map<String, String> headers = ProviderDialects.OPENAI_PROJECT.headers(report);
		assertThat(headers).containsEntry("x-ratelimit-limit-project-tokens", "30000")
			.containsEntry("x-ratelimit-remaining-project-tokens", "29996")
			.containsEntry("x-ratelimit-reset-project-tokens", "8ms")
			.containsAllEntriesOf(ProviderDialects.OPENAI.headers(report));
	}

	private static int indexOfFirst(String dialect) throws IOException {
		return samples().stream().map((sample) -> sample.dialect().name()).toList().indexOf(dialect);
	}

}
