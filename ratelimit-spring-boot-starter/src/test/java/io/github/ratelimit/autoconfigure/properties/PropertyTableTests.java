package io.github.ratelimit.autoconfigure.properties;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The table of properties in the reference is that of the code. With
 * {@code -Ddocumentation.write=true} the test writes the table.
 */
class PropertyTableTests {

	private static final Path REFERENCE = Path.of("..", "docs", "reference.md");

	private static final String BEGIN = "<!-- generated: mvn test -pl ratelimit-spring-boot-starter -am "
			+ "-Dtest=PropertyTableTests -Ddocumentation.write=true -Dsurefire.failIfNoSpecifiedTests=false -->\n";

	private static final String END = "<!-- end of what is generated -->\n";

	@Test
	void theTableOfTheReferenceIsThatOfTheCode() throws IOException {
		String page = Files.readString(REFERENCE);
		int begin = page.indexOf(BEGIN) + BEGIN.length();
		int end = page.indexOf(END);
		assertThat(begin).isBetween(BEGIN.length(), end);
		String table = new PropertyTable().toString();
		if (Boolean.getBoolean("documentation.write")) {
			Files.writeString(REFERENCE, page.substring(0, begin) + table + page.substring(end));
		}
		else {
			assertThat(page.substring(begin, end)).isEqualTo(table);
		}
	}

}
