package io.github.ratelimit.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every failure of start-up and every warning of the library has a row on
 * docs/messages.md, which has a fixed part of its text; and the library has every text of
 * a row.
 */
@Tag("version-independent")
class DocumentedMessagesTests {

	private static final Path SOURCES = Page.PROJECT
		.resolve("ratelimit-spring-boot-starter/src/main/java/io/github/ratelimit");

	private static final Pattern FAILURE = Pattern.compile(
			"(?:new Invalid(?:Configuration|Expression|RateLimitedMethod|Rate)Exception|\\b(?:invalid|missing|refuse)"
					+ "|refusal\\.apply)\\(");

	private static final Pattern WARNING = Pattern.compile("logger\\s*\\.warn\\(|\\.log\\(Level\\.(?:WARNING|ERROR),");

	/** A reason is the end of a sentence: "has no period", "is not known". */
	private static final Pattern REASON = Pattern
		.compile("(?:are|asks|assigns|calls|cannot|contains|counts|does|gives|has|is|looks|names|needs|queues|reads"
				+ "|returns|stands|takes|uses|would) .*");

	private static final Pattern LITERAL = Pattern.compile("\"([^\"\\\\\n]*+(?:\\\\.[^\"\\\\\n]*+)*+)\"");

	private static final Pattern ROW = Pattern.compile("(?m)^\\| (?!Reason|Warning|---)(.*?) \\| ");

	private static final int COMPARED = 28;

	private static final int DISTINCTIVE = 11;

	private final String page = Page.named("docs/messages.md").text();

	@Test
	void everyReasonOfAFailureIsOnThePage() throws IOException {
		Set<String> reasons = new TreeSet<>();
		for (String source : sources()) {
			for (List<String> arguments : calls(FAILURE, source)) {
				arguments.stream()
					.map(DocumentedMessagesTests::parts)
					.filter((parts) -> !parts.isEmpty() && REASON.matcher(parts.get(0)).matches())
					.findFirst()
					.ifPresent((parts) -> reasons.add(longest(parts)));
			}
		}
		assertThat(reasons).hasSizeGreaterThan(80);
		assertThat(missing(reasons)).isEmpty();
	}

	@Test
	void everyWarningIsOnThePage() throws IOException {
		Set<String> warnings = new TreeSet<>();
		for (String source : sources()) {
			for (List<String> arguments : calls(WARNING, source)) {
				parts(arguments.get(0)).stream()
					.filter((part) -> part.replaceAll("[^a-zA-Z]", "").length() >= DISTINCTIVE)
					.findFirst()
					.ifPresent(warnings::add);
			}
		}
		assertThat(warnings).hasSizeGreaterThan(25);
		assertThat(missing(warnings)).isEmpty();
	}

	@Test
	void everyTextOfThePageIsInTheCode() throws IOException {
		List<String> texts = new ArrayList<>();
		for (MatchResult row : ROW.matcher(this.page).results().toList()) {
			texts.addAll(List.of(row.group(1).split("…|; ")));
		}
		String code = String.join("\n", sources().stream().flatMap((source) -> parts(source).stream()).toList());
		List<List<String>> fixed = texts.stream()
			.map(DocumentedMessagesTests::distinctive)
			.filter((parts) -> !parts.isEmpty())
			.toList();
		assertThat(fixed).hasSizeGreaterThan(200);
		assertThat(fixed).filteredOn((parts) -> parts.stream().noneMatch(code::contains)).isEmpty();
	}

	/** Returns the parts of a text that the code does not put together. */
	private static List<String> distinctive(String text) {
		return Stream.of(text.split("[,:()]"))
			.map((part) -> part.replaceAll("^(?:[^\\w@#]|which )+|\\W+$", ""))
			.filter((part) -> part.replaceAll("[^a-zA-Z]", "").length() >= DISTINCTIVE)
			.toList();
	}

	private List<String> missing(Set<String> texts) {
		return texts.stream().filter((text) -> {
			String bare = text.replaceAll("^[^\\w]+|['\\s]+$", "");
			return !this.page.contains(bare.substring(0, Math.min(COMPARED, bare.length())));
		}).toList();
	}

	/** Returns the arguments of each call, as they are written. */
	private static List<List<String>> calls(Pattern start, String source) {
		List<List<String>> calls = new ArrayList<>();
		Matcher matcher = start.matcher(source);
		while (matcher.find()) {
			calls.add(arguments(source, matcher.end()));
		}
		return calls;
	}

	private static List<String> arguments(String source, int start) {
		List<String> arguments = new ArrayList<>();
		StringBuilder argument = new StringBuilder();
		int depth = 1;
		boolean text = false;
		for (int i = start; i < source.length() && depth > 0; i++) {
			char c = source.charAt(i);
			if (text) {
				text = c != '"' || source.charAt(i - 1) == '\\';
			}
			else if (c == '"') {
				text = true;
			}
			else if (c == '(') {
				depth++;
			}
			else if (c == ')') {
				depth--;
			}
			else if (c == ',' && depth == 1) {
				arguments.add(argument.toString().strip());
				argument.setLength(0);
				continue;
			}
			argument.append(c);
		}
		arguments.add(argument.toString().strip());
		return arguments;
	}

	/** Returns the fixed parts of a message, between which values are inserted. */
	private static List<String> parts(String argument) {
		return LITERAL.matcher(argument.replaceAll("\"\\s*\\+\\s*\"", ""))
			.results()
			.map((MatchResult literal) -> literal.group(1).replace("\\\"", "\""))
			.toList();
	}

	private static String longest(List<String> parts) {
		return parts.stream().reduce("", (longest, each) -> (each.length() > longest.length()) ? each : longest);
	}

	private static List<String> sources() throws IOException {
		List<String> sources = new ArrayList<>();
		try (Stream<Path> files = Files.walk(SOURCES)) {
			for (Path file : files.filter((path) -> path.toString().endsWith(".java")).toList()) {
				sources.add(Files.readString(file).replaceAll("(?m)^\\s*(?://|\\*|/\\*).*$", ""));
			}
		}
		return sources;
	}

}
