package io.github.ratelimit.provider.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reads a million values that were changed at random, always the same. */
@Tag("version-independent")
class DialectFuzzTests {

	private static final int VALUES = 1_000_000;

	private static final int SAMPLES = 40;

	private static final String CHARACTERS = "0123456789.,;:=-+eE \"\\{}[]()/_%wqrtmshd\u00b5\u0000\u00ff\ud83d\n";

	private final Random random = new Random(20260101);

	private final List<ClientDialect> dialects = BuiltInDialects.all();

	private final List<String> headers = headers();

	private final List<String> bodies = bodies();

	@Test
	void noValueMakesADialectFail() {
		int quotas = 0;
		int throttles = 0;
		int ignored = 0;
		int read = 0;
		for (int round = 0; read < VALUES; round++) {
			List<String> values = mutations(this.headers);
			List<String> texts = mutations(this.bodies);
			for (ClientDialect dialect : this.dialects) {
				boolean error = round % 4 == 0;
				int[] next = { 0 };
				ProviderSnapshot snapshot = dialect.read(new ProviderResponse(error ? status() : 200,
						(name) -> value(name, values, next), error ? texts.get(round % SAMPLES) : null, Responses.NOW));
				read += next[0] + (error ? 1 : 0);
				quotas += snapshot.quotas().size();
				assertEachLimitOnce(dialect, snapshot);
				throttles += (snapshot.throttle() != null) ? 1 : 0;
				ignored += snapshot.ignoredValues();
			}
		}
		assertThat(quotas).isPositive();
		assertThat(throttles).isPositive();
		assertThat(ignored).isPositive();
	}

	private static void assertEachLimitOnce(ClientDialect dialect, ProviderSnapshot snapshot) {
		List<Quota> quotas = snapshot.quotas();
		for (int i = 0; i < quotas.size(); i++) {
			for (int j = 0; j < i; j++) {
				boolean same = quotas.get(i).dimension() == quotas.get(j).dimension()
						&& Objects.equals(quotas.get(i).window(), quotas.get(j).window());
				if (same) {
					throw new AssertionError(dialect.name() + " reports a limit twice: " + quotas);
				}
			}
		}
	}

	private int status() {
		return List.of(400, 402, 403, 413, 429, 429, 429, 429, 498, 503, 529).get(this.random.nextInt(11));
	}

	private static String value(String name, List<String> values, int[] next) {
		return values.get((name.hashCode() + next[0]++ & 0x7fffffff) % values.size());
	}

	private List<String> mutations(List<String> samples) {
		List<String> mutated = new ArrayList<>(SAMPLES);
		for (int i = 0; i < SAMPLES; i++) {
			mutated.add(mutate(samples.get(this.random.nextInt(samples.size()))));
		}
		return mutated;
	}

	private String mutate(String sample) {
		StringBuilder text = new StringBuilder(sample);
		for (int i = this.random.nextInt(4); i > 0 && !text.isEmpty(); i--) {
			int at = this.random.nextInt(text.length());
			char c = CHARACTERS.charAt(this.random.nextInt(CHARACTERS.length()));
			switch (this.random.nextInt(5)) {
				case 0 -> text.setCharAt(at, c);
				case 1 -> text.insert(at, c);
				case 2 -> text.deleteCharAt(at);
				case 3 -> text.setLength(at);
				default -> text.append(text, 0, Math.min(at, 200));
			}
		}
		return text.toString();
	}

	private static List<String> headers() {
		Stream<String> given = Stream.of(DialectHeadersTests.samples(), IetfDialectTests.samples())
			.flatMap(List::stream)
			.flatMap((sample) -> Stream.of(sample.get()))
			.filter(String.class::isInstance)
			.flatMap((text) -> ((String) text).lines())
			.filter((line) -> line.contains(": "))
			.map((line) -> line.substring(line.indexOf(": ") + 2));
		Stream<String> further = Stream.of("20ms", "6m0s", "1h2m3.5s", "57.238747106s", "Thu, 01 Jan 2026 00:00:07 GMT",
				"9007199254740993", "-9223372036854775808", "99999999999999999999999", "31536000", "", "false");
		return Stream.concat(given, further).toList();
	}

	private static List<String> bodies() {
		return Stream
			.of(DialectErrorsTests.rateLimits(), DialectErrorsTests.errorsThatWaitingDoesNotHelp(),
					DialectErrorsTests.overload())
			.flatMap(List::stream)
			.map((sample) -> (String) sample.get()[3])
			.toList();
	}

}
