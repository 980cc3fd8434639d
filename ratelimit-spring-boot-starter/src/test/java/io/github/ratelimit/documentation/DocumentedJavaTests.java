package io.github.ratelimit.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.ratelimit.documentation.Page.Block;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Every block of Java is a part of a source file that is compiled with the tests. */
@Tag("version-independent")
class DocumentedJavaTests {

	private static final List<String> SOURCES = List.of(
			"ratelimit-spring-boot-starter/src/test/java/io/github/ratelimit/documentation",
			"ratelimit-spring-boot-starter/src/test/java/io/github/ratelimit/store/redis/bucket4j",
			"ratelimit-spring-boot-starter-test/src/test/java/io/github/ratelimit/test/example",
			"ratelimit-sample-app/src");

	@Test
	void everyBlockOfJavaIsCompiled() throws IOException {
		List<String> sources = sources();
		List<Block> missing = new ArrayList<>();
		int blocks = 0;
		for (Page page : Page.all()) {
			for (Block block : page.blocks("java")) {
				blocks++;
				if (sources.stream().noneMatch((source) -> isPart(block.text(), source))) {
					missing.add(block);
				}
			}
		}
		assertThat(blocks).isGreaterThan(20);
		assertThat(missing).as("blocks that are in no file below " + SOURCES).isEmpty();
	}

	/** Compares without comments and white space; … stands for any code. */
	private static boolean isPart(String block, String source) {
		int position = 0;
		for (String part : compact(block).split("…")) {
			int found = source.indexOf(part, position);
			if (found < 0) {
				return false;
			}
			position = found + part.length();
		}
		return true;
	}

	private static String compact(String code) {
		return code.replaceAll("(?m)(?<![:\"])//.*$", "").replaceAll("\\s+", "");
	}

	private static List<String> sources() throws IOException {
		List<String> sources = new ArrayList<>();
		for (String directory : SOURCES) {
			try (Stream<Path> files = Files.walk(Page.PROJECT.resolve(directory))) {
				for (Path file : files.filter((path) -> path.toString().endsWith(".java")).toList()) {
					sources.add(compact(Files.readString(file)));
				}
			}
		}
		return sources;
	}

}
