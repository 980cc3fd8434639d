package io.github.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reads docs/supported-types.md, and holds examples and the sample application to it. */
@Tag("version-independent")
class SupportedTypesTests {

	private static final String ROOT = "io.github.ratelimit";

	private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

	private static final Path SOURCES = PROJECT
		.resolve("ratelimit-spring-boot-starter/src/main/java/io/github/ratelimit");

	private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\| `([\\w.]+)` \\|", Pattern.MULTILINE);

	private static final Pattern IMPORT = Pattern.compile("^import (io\\.github\\.ratelimit\\.[\\w.]+);",
			Pattern.MULTILINE);

	private static final Pattern EXAMPLE = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

	/**
	 * A type of the examples; members of other types, strings and comments are not meant.
	 */
	private static final Pattern TYPE = Pattern.compile("(?<![\\w.\"])[A-Z]\\w+");

	private static final Pattern PUBLIC = Pattern.compile("^public ", Pattern.MULTILINE);

	/** A word of the glossary, and the type that carries it. */
	private static final Pattern WORD = Pattern.compile("^\\| ([a-z -]+) \\|.*\\| `(\\w+)[^|]*` \\|$",
			Pattern.MULTILINE);

	private final TreeMap<String, String> supported = new TreeMap<>();

	SupportedTypesTests() throws IOException {
		ROW.matcher(Files.readString(PROJECT.resolve("docs/supported-types.md")))
			.results()
			.forEach((row) -> this.supported.put(row.group(1), row.group(2) + "." + row.group(1)));
	}

	@Test
	void at_most_80_types_are_supported() {
		assertThat(this.supported).hasSizeBetween(30, 80);
	}

	@Test
	void every_supported_type_exists_and_is_public() throws ClassNotFoundException {
		for (String name : this.supported.values()) {
			assertThat(Modifier.isPublic(Class.forName(name).getModifiers())).as(name).isTrue();
		}
	}

	@Test
	void every_public_type_of_the_root_is_supported_but_the_one_that_other_packages_share() throws Exception {
		Set<String> missing = new TreeSet<>();
		try (Stream<Path> files = Files.list(SOURCES)) {
			for (Path file : files.filter((path) -> path.toString().endsWith(".java")).toList()) {
				String name = nameOf(file);
				if (!name.equals("package-info")
						&& Modifier.isPublic(Class.forName(ROOT + "." + name).getModifiers())) {
					missing.add(name);
				}
			}
		}
		missing.removeAll(this.supported.keySet());
		assertThat(missing).containsExactly("Suggestion");
	}

	@Test
	void the_sample_application_imports_only_supported_types() throws IOException {
		Set<String> imports = new TreeSet<>();
		for (Path file : javaFiles(PROJECT.resolve("ratelimit-sample-app/src"))) {
			imports.addAll(matches(IMPORT, Files.readString(file), 1));
		}
		// the sample's tests use the test module, whose types are all for users
		imports.removeIf((name) -> name.startsWith(ROOT + ".sample.") || name.startsWith(ROOT + ".test."));
		assertThat(imports).isNotEmpty().isSubsetOf(this.supported.values());
	}

	@Test
	void the_examples_of_the_documentation_use_only_supported_types() throws IOException {
		Set<String> own = new TreeSet<>();
		for (Path file : javaFiles(SOURCES)) {
			if (PUBLIC.matcher(Files.readString(file)).find()) {
				own.add(nameOf(file));
			}
		}
		Set<String> used = new TreeSet<>();
		for (Path page : pages()) {
			for (String example : matches(EXAMPLE, Files.readString(page), 1)) {
				used.addAll(matches(TYPE, example.replaceAll("//[^\\n]*|\"[^\"\\n]*\"", ""), 0));
			}
		}
		used.retainAll(own);
		assertThat(used).contains("RateLimited", "RateLimiter").isSubsetOf(this.supported.keySet());
	}

	@Test
	void the_glossary_has_each_word_once_with_a_type_that_exists() throws IOException {
		Set<String> own = javaFiles(SOURCES).stream().map(SupportedTypesTests::nameOf).collect(Collectors.toSet());
		String glossary = Files.readString(PROJECT.resolve("docs/glossary.md"));
		assertThat(matches(WORD, glossary, 1)).hasSizeGreaterThan(30).doesNotHaveDuplicates();
		assertThat(matches(WORD, glossary, 2)).isSubsetOf(own);
	}

	private static List<Path> pages() throws IOException {
		try (Stream<Path> docs = Files.list(PROJECT.resolve("docs"))) {
			return Stream.concat(Stream.of(PROJECT.resolve("README.md")), docs)
				.filter((path) -> path.toString().endsWith(".md"))
				.toList();
		}
	}

	private static List<Path> javaFiles(Path directory) throws IOException {
		try (Stream<Path> files = Files.walk(directory)) {
			return files.filter((path) -> path.toString().endsWith(".java")).toList();
		}
	}

	private static String nameOf(Path file) {
		return file.getFileName().toString().replace(".java", "");
	}

	private static List<String> matches(Pattern pattern, String text, int group) {
		return pattern.matcher(text).results().map((MatchResult match) -> match.group(group)).toList();
	}

}
