package io.github.ratelimit.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.documentation.Page.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every block of Java is a part of a source file that is compiled with the tests. */
@Tag("version-independent")
class DocumentedJavaTests {

	private static final List<String> SOURCES = List.of(
			"ratelimit-spring-boot-starter/src/test/java/io/github/ratelimit/documentation",
			"ratelimit-spring-boot-starter/src/test/java/io/github/ratelimit/store/redis/bucket4j",
			"ratelimit-spring-boot-starter-test/src/test/java/io/github/ratelimit/test/example",
			"ratelimit-integration-tests/src/test/java/io/github/ratelimit/apps/gateway", "ratelimit-sample-app/src");

	@Test
	void everyBlockOfJavaIsCompiled() throws IOException {
		List<Source> sources = sources();
		List<Block> missing = new ArrayList<>();
		int blocks = 0;
		for (Page page : Page.all()) {
			for (Block block : page.blocks("java")) {
				blocks++;
				if (sources.stream().noneMatch((source) -> source.contains(block.text()))) {
					missing.add(block);
				}
			}
		}
		assertThat(blocks).isGreaterThan(20);
		assertThat(missing).as("blocks that are in no file below " + SOURCES).isEmpty();
	}

	@Test
	void aBlockWithImportsHasAllThatItNeeds() throws IOException {
		List<Source> sources = sources();
		List<String> wrong = new ArrayList<>();
		int blocks = 0;
		for (Page page : Page.all()) {
			for (Block block : page.blocks("java")) {
				String code = compact(code(block.text()));
				if (block.text().startsWith("import ") && !code.isEmpty()) {
					blocks++;
					Set<String> imports = Set.copyOf(imports(block.text()));
					sources.stream()
						.filter((source) -> source.contains(block.text()))
						.map((source) -> source.importsOf(code(block.text())))
						.filter((needed) -> !needed.equals(imports))
						.forEach((needed) -> wrong.add(block + " needs " + needed));
				}
			}
		}
		assertThat(blocks).isGreaterThan(10);
		assertThat(wrong).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "docs/recipes.md", "docs/testing.md" })
	void whatIsCopiedFromAPageBeginsWithImports(String page) {
		assertThat(Page.named(page).blocks("java").get(0).text()).startsWith("import ");
	}

	private static List<String> imports(String text) {
		return text.lines().filter((line) -> line.startsWith("import ")).toList();
	}

	private static String code(String block) {
		return block.replaceAll("(?m)^import .*$", "");
	}

	private static String compact(String code) {
		return code.replaceAll("(?m)(?<![:\"])//.*$", "").replaceAll("\\s+", "");
	}

	private static List<Source> sources() throws IOException {
		List<Source> sources = new ArrayList<>();
		for (String directory : SOURCES) {
			try (Stream<Path> files = Files.walk(Page.PROJECT.resolve(directory))) {
				for (Path file : files.filter((path) -> path.toString().endsWith(".java")).toList()) {
					String text = Files.readString(file);
					sources.add(new Source(imports(text), compact(text)));
				}
			}
		}
		return sources;
	}

	/**
	 * A source file.
	 *
	 * @param imports the lines with imports
	 * @param code everything without comments and white space
	 */
	private record Source(List<String> imports, String code) {

		/**
		 * Returns whether a block is a part of it. In a block … stands for any code, and
		 * imports may stand apart.
		 */
		boolean contains(String block) {
			int position = 0;
			for (String part : compact(DocumentedJavaTests.code(block)).split("…")) {
				int found = this.code.indexOf(part, position);
				if (found < 0) {
					return false;
				}
				position = found + part.length();
			}
			return this.imports.containsAll(DocumentedJavaTests.imports(block));
		}

		/** Returns the imports whose names a part of the code has, outside of texts. */
		Set<String> importsOf(String part) {
			String withoutTexts = part.replaceAll("\"[^\"\n]*\"", "");
			Set<String> used = new HashSet<>();
			for (String line : this.imports) {
				String name = line.substring(line.lastIndexOf('.') + 1, line.length() - 1);
				if (Pattern.compile("\\b" + name + "\\b").matcher(withoutTexts).find()) {
					used.add(line);
				}
			}
			return used;
		}

	}

}
