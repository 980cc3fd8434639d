package io.github.ratelimit.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every failure of start-up and every warning of the library has a row on
 * docs/messages.md, which has a code and a fixed part of its text; and the library has
 * every text and every code of a row.
 */
@Tag("version-independent")
class DocumentedMessagesTests {

	private static final Path SOURCES = Page.PROJECT
		.resolve("ratelimit-spring-boot-starter/src/main/java/io/github/ratelimit");

	private static final Pattern FAILURE = Pattern.compile(
			"(?:new Invalid(?:Configuration|Expression|RateLimitedMethod|Rate)Exception|\\b(?:invalid|missing|refuse)"
					+ "|refusal\\.apply)\\(");

	private static final Path RESOURCE = Page.PROJECT.resolve("ratelimit-spring-boot-starter/src/main/resources")
		.resolve("io/github/ratelimit/autoconfigure/report/message-codes.txt");

	private static final Pattern WARNING = Pattern
		.compile("logger\\s*\\.(?:warn|error)\\(|\\.log\\(Level\\.(?:WARNING|ERROR),");

	/** A reason is the end of a sentence: "has no period", "is not known". */
	private static final Pattern REASON = Pattern
		.compile("(?:are|asks|assigns|calls|cannot|contains|counts|does|gives|has|is|looks|names|needs|queues|reads"
				+ "|returns|stands|takes|uses|would) .*");

	private static final Pattern LITERAL = Pattern.compile("\"([^\"\\\\\n]*+(?:\\\\.[^\"\\\\\n]*+)*+)\"");

	private static final Pattern STATEMENT = Pattern
		.compile("(?:[^;\"']++|" + LITERAL.pattern() + "|'(?:\\\\.|[^'])'|')*+;");

	private static final Pattern ROW = Pattern.compile("^\\| (?!Code|---)(.*?) \\| (.*?) \\| .*");

	/**
	 * A line of the contents: the heading of a table, its first code and its last one.
	 */
	private static final Pattern GROUP = Pattern.compile("(?m)^ *- \\[(.*)]\\(.*\\): `(RL\\d\\d0)` to `(RL\\d\\d9)`$");

	private static final Pattern CODE = Pattern.compile("\\[(RL\\d{3})]$");

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
		for (Row row : rows()) {
			texts.addAll(List.of(row.text().split("…|; ")));
		}
		String code = String.join("\n", sources().stream().flatMap((source) -> parts(source).stream()).toList());
		List<List<String>> fixed = texts.stream()
			.map(DocumentedMessagesTests::distinctive)
			.filter((parts) -> !parts.isEmpty())
			.toList();
		assertThat(fixed).hasSizeGreaterThan(200);
		assertThat(fixed).filteredOn((parts) -> parts.stream().noneMatch(code::contains)).isEmpty();
	}

	@Test
	void everyRowHasACodeOfItsGroupAndEveryCodeOneRow() {
		Map<String, MatchResult> groups = GROUP.matcher(this.page)
			.results()
			.collect(Collectors.toMap((group) -> group.group(1), Function.identity()));
		assertThat(rows()).hasSizeGreaterThan(150).allSatisfy((row) -> {
			assertThat(row.code()).matches("RL\\d{3}");
			assertThat(groups).containsKey(row.heading());
			assertThat(row.code()).isBetween(groups.get(row.heading()).group(2), groups.get(row.heading()).group(3));
		});
		assertThat(rows()).extracting(Row::code).doesNotHaveDuplicates().isSorted();
	}

	@Test
	void theAnalyzerOfFailuresHasTheCodesAndTextsOfThePage() throws IOException {
		assertThat(Files.readAllLines(RESOURCE)).containsExactlyElementsOf(rows().stream()
			.filter((row) -> !row.isWarning())
			.map((row) -> row.code() + " " + row.text().replace("`", ""))
			.toList());
	}

	@Test
	void everyWarningEndsWithTheCodeOfItsRow() throws IOException {
		Map<String, Row> rows = rows().stream()
			.filter(Row::isWarning)
			.collect(Collectors.toMap(Row::code, Function.identity()));
		Set<String> codes = new TreeSet<>();
		for (String source : sources()) {
			assertThat(calls(WARNING, source)).allSatisfy(
					(arguments) -> assertThat(code(arguments.get(0), source)).as("the code of %s", arguments.get(0))
						.isNotNull());
			for (String statement : STATEMENT.matcher(source).results().map(MatchResult::group).toList()) {
				String code = code(statement, "");
				if (code != null) {
					codes.add(code);
					assertThat(rows).containsKey(code);
					assertThat(rows.get(code).isOf(statement) || rows.get(code).isOf(source) && !hasText(statement))
						.as("%s is the code of %s", code, statement)
						.isTrue();
				}
			}
		}
		assertThat(codes).isEqualTo(rows.keySet());
	}

	/** Returns the code at the end of the last literal, of any one if there is none. */
	private static @Nullable String code(String message, String source) {
		List<String> parts = parts(message);
		Stream<String> ends = parts.isEmpty() ? parts(source).stream() : Stream.of(parts.get(parts.size() - 1));
		return ends.map(CODE::matcher)
			.filter(Matcher::find)
			.map((matcher) -> matcher.group(1))
			.findFirst()
			.orElse(null);
	}

	private static boolean hasText(String code) {
		return parts(code).stream().anyMatch((part) -> !distinctive(part).isEmpty());
	}

	private List<Row> rows() {
		List<Row> rows = new ArrayList<>();
		String heading = "";
		for (String line : this.page.lines().toList()) {
			heading = line.startsWith("##") ? line.replaceFirst("#+ ", "") : heading;
			Matcher row = ROW.matcher(line);
			if (row.matches()) {
				rows.add(new Row(heading, row.group(1), row.group(2)));
			}
		}
		return rows;
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

	/**
	 * A row of the page.
	 *
	 * @param heading the heading above its table
	 * @param code its code
	 * @param text its text or texts
	 */
	private record Row(String heading, String code, String text) {

		boolean isWarning() {
			return this.heading.startsWith("Warnings");
		}

		boolean isOf(String java) {
			String code = String.join("\n", parts(java));
			return Stream.of(this.text.split("…|; "))
				.flatMap((text) -> distinctive(text).stream())
				.anyMatch(code::contains);
		}

	}

}
