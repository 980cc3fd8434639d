package io.github.ratelimit.documentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.ratelimit.documentation.Page.Block;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;
import tools.jackson.databind.json.JsonMapper;

/** Pages of the documentation hold together. */
@Tag("version-independent")
class DocumentedLinksTests {

	private static final Set<String> LANGUAGES = Set.of("yaml", "java", "shell", "text", "json", "xml", "mermaid");

	private static final Pattern INDENTED = Pattern.compile("(?<=\n\n) {4}(?![ -])[^\n]+");

	/** Pages that are read from the beginning, or looked up by words. */
	private static final Set<String> WITHOUT_CONTENTS = Set.of("docs/benchmarks.md", "docs/design-decisions.md",
			"docs/glossary.md", "docs/supported-types.md", "docs/tests.md");

	@Test
	void everyLinkLeadsToAFileAndAHeading() {
		List<String> broken = new ArrayList<>();
		for (Page page : Page.all()) {
			for (String link : page.links()) {
				if (!link.startsWith("http") && !exists(page, link)) {
					broken.add(page.name() + ": " + link);
				}
			}
		}
		assertThat(broken).isEmpty();
	}

	private static boolean exists(Page page, String link) {
		String[] parts = link.split("#", 2);
		Path target = parts[0].isEmpty() ? page.path() : page.path().resolveSibling(parts[0]).normalize();
		if (!Files.exists(target)) {
			return false;
		}
		return parts.length == 1 || Page.read(target).anchors().contains(parts[1]);
	}

	@Test
	void everyPageWithSectionsHasItsContentsAtTheTop() {
		for (Page page : Page.all()) {
			List<String> sections = page.headings(2);
			if (sections.size() > 2 && page.name().startsWith("docs/") && !WITHOUT_CONTENTS.contains(page.name())) {
				String top = page.text().substring(0, page.text().indexOf("\n## "));
				assertThat(sections).as(page.name())
					.allSatisfy((section) -> assertThat(top).contains("(#" + Page.anchor(section) + ")"));
			}
		}
	}

	@Test
	void everyBlockStatesItsLanguage() {
		for (Page page : Page.all()) {
			assertThat(page.blocks()).allSatisfy((block) -> assertThat(LANGUAGES).contains(block.language()));
			assertThat(INDENTED.matcher(page.prose()).results().map((block) -> block.group().strip())).as(page.name())
				.isEmpty();
		}
	}

	@Test
	void everyBlockOfJsonAndXmlIsWellFormed() {
		for (Page page : Page.all()) {
			for (Block block : page.blocks("json")) {
				assertThatCode(() -> JsonMapper.shared().readTree(block.text())).as(block.place())
					.doesNotThrowAnyException();
			}
			for (Block block : page.blocks("xml")) {
				assertThatCode(() -> DocumentBuilderFactory.newInstance()
					.newDocumentBuilder()
					.parse(new InputSource(new StringReader(block.text())))).as(block.place())
					.doesNotThrowAnyException();
			}
		}
	}

}
