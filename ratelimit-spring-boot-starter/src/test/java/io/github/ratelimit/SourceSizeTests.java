package io.github.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Files and packages of every module stay small enough to find something in them, also of
 * those that are built on request only.
 */
@Tag("version-independent")
class SourceSizeTests {

	private static final Path MODULES = Path.of("..");

	private static final Path SOURCES = Path.of("src/main/java");

	private static final Path ROOT = MODULES.resolve("ratelimit-spring-boot-starter")
		.resolve(SOURCES)
		.resolve("io/github/ratelimit");

	private static final long ROOT_TYPES = 35;

	private static final long PACKAGE_INFO = 1;

	@Test
	void noFileHasMoreThan350Lines() throws IOException {
		assertThat(sources())
			.allSatisfy((file) -> assertThat(lines(file)).as(file.toString()).isLessThanOrEqualTo(350));
	}

	@Test
	void noPackageButTheRootHasMoreThan25Files() throws IOException {
		Map<Path, Long> files = sources().stream()
			.collect(Collectors.groupingBy(Path::getParent, Collectors.counting()));
		assertThat(files.remove(ROOT)).isLessThanOrEqualTo(ROOT_TYPES + PACKAGE_INFO);
		assertThat(files)
			.allSatisfy((folder, number) -> assertThat(number).as(folder.toString()).isLessThanOrEqualTo(25));
	}

	@Test
	void everyModuleIsLookedAt() throws IOException {
		assertThat(modules()).contains(MODULES.resolve("ratelimit-benchmarks"), MODULES.resolve("ratelimit-sample-app"),
				MODULES.resolve("ratelimit-spring-boot-starter-test"));
	}

	private static List<Path> modules() throws IOException {
		try (Stream<Path> folders = Files.list(MODULES)) {
			return folders.filter((folder) -> Files.isDirectory(folder.resolve(SOURCES))).toList();
		}
	}

	private static List<Path> sources() throws IOException {
		List<Path> sources = new ArrayList<>();
		for (Path module : modules()) {
			try (Stream<Path> files = Files.walk(module.resolve(SOURCES))) {
				files.filter((file) -> file.toString().endsWith(".java")).forEach(sources::add);
			}
		}
		return sources;
	}

	private static long lines(Path file) {
		try (Stream<String> lines = Files.lines(file)) {
			return lines.count();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
