package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.ProviderLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** An answer of a provider, recorded in {@code src/test/resources/samples}. */
final class RecordedSample {

	private final String dialect;

	private final Map<String, String> facts = new LinkedHashMap<>();

	private final List<String> limits = new ArrayList<>();

	private final Map<String, String> headers = new LinkedHashMap<>();

	private RecordedSample(String text) {
		String[] lines = text.strip().split("\n");
		this.dialect = lines[0].strip();
		for (String line : Arrays.copyOfRange(lines, 1, lines.length)) {
			String[] words = line.split(" ", 2);
			switch (words[0]) {
				case "limit" -> this.limits.add(words[1]);
				case "header" -> this.headers.put(words[1].split(": ", 2)[0], words[1].split(": ", 2)[1]);
				default -> this.facts.put(words[0], words[1]);
			}
		}
	}

	static List<RecordedSample> all() throws IOException {
		List<RecordedSample> samples = new ArrayList<>();
		try (Stream<Path> files = Files.list(Path.of("src/test/resources/samples"))) {
			for (Path file : files.filter((path) -> path.toString().endsWith(".txt")).sorted().toList()) {
				for (String text : Files.readString(file).split("==== ")) {
					if (!text.isBlank()) {
						samples.add(new RecordedSample(text));
					}
				}
			}
		}
		return samples;
	}

	ProviderDialect dialect() {
		return ProviderDialects.of(this.dialect);
	}

	ProviderReport report() {
		Instant now = Instant.parse(fact("now", "2026-01-01T00:00:00Z"));
		return new ProviderReport(now, fact("model", "any"),
				this.limits.stream().map((limit) -> state(limit.split(" "), now)).toList(),
				Long.parseLong(fact("charged", "0")));
	}

	private static LimitState state(String[] words, Instant now) {
		ProviderLimit limit = new ProviderLimit(LimitedUnit.valueOf(words[0]), Long.parseLong(words[1]),
				Duration.parse(words[2]), words[3].equals("fixed"));
		return new LimitState(limit, Double.parseDouble(words[4]), now);
	}

	String fact(String name, String otherwise) {
		return this.facts.getOrDefault(name, otherwise);
	}

	Map<String, String> headers() {
		return this.headers;
	}

	@Override
	public String toString() {
		return this.dialect + " " + fact("when", "") + " " + fact("source", "");
	}

}
