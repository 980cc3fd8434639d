package io.github.ratelimit.test.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DocumentedExampleTests {

	@Test
	void the_example_of_the_page_is_the_class_that_is_tested_here() throws IOException {
		String page = Files.readString(Path.of("..", "docs", "testing-with-a-provider.md"));
		int start = page.indexOf("```java\n") + 8;
		String example = page.substring(start, page.indexOf("```", start));
		String tested = Files
			.readString(Path.of("src/test/java/io/github/ratelimit/test/example/ChatServiceTests.java"));
		assertThat(example).startsWith("class ")
			.isEqualTo(tested.substring(tested.indexOf("class ")).replace("\t", "    "));
	}

}
