package io.github.ratelimit.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation.
 *
 * @param path the file of the page
 * @param text its Markdown
 */
record Page(Path path, String text) {

	static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

	private static final Pattern BLOCK = Pattern.compile("^```([a-z]*)\n(.*?)^```$",
			Pattern.DOTALL | Pattern.MULTILINE);

	private static final Pattern HEADING = Pattern.compile("^(#+) (.+)$", Pattern.MULTILINE);

	private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");

	static List<Page> all() {
		try (Stream<Path> pages = Files.list(PROJECT.resolve("docs"))) {
			return Stream.concat(Stream.of("README.md", "CONTRIBUTING.md").map(PROJECT::resolve), pages.sorted())
				.filter((path) -> path.toString().endsWith(".md"))
				.map(Page::read)
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static Page read(Path path) {
		try {
			return new Page(path, Files.readString(path));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static Page named(String name) {
		return read(PROJECT.resolve(name));
	}

	String name() {
		return PROJECT.relativize(this.path).toString();
	}

	/** Returns the blocks of code in a language. */
	List<Block> blocks(String language) {
		return blocks().stream().filter((block) -> block.language().equals(language)).toList();
	}

	List<Block> blocks() {
		List<Block> blocks = new ArrayList<>();
		Matcher matcher = BLOCK.matcher(this.text);
		while (matcher.find()) {
			long line = this.text.substring(0, matcher.start()).lines().count() + 1;
			blocks.add(new Block(matcher.group(1), matcher.group(2), name() + ":" + line));
		}
		return blocks;
	}

	/** Returns the text without its blocks of code. */
	String prose() {
		return BLOCK.matcher(this.text).replaceAll("");
	}

	/** Returns the headings of a level, 1 for the title. */
	List<String> headings(int level) {
		return HEADING.matcher(prose())
			.results()
			.filter((heading) -> heading.group(1).length() == level)
			.map((heading) -> heading.group(2))
			.toList();
	}

	/** Returns what links of the page can name after a {@code #}. */
	List<String> anchors() {
		return HEADING.matcher(prose()).results().map((heading) -> anchor(heading.group(2))).toList();
	}

	/** Returns the anchor that GitHub gives a heading. */
	static String anchor(String heading) {
		return heading.strip().toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}_\\- ]", "").replace(' ', '-');
	}

	List<String> links() {
		return LINK.matcher(prose()).results().map((MatchResult link) -> link.group(1)).toList();
	}

	/**
	 * A block of code.
	 *
	 * @param language as the block states it, empty if it does not
	 * @param text the code
	 * @param place the page and the line
	 */
	record Block(String language, String text, String place) {

		@Override
		public String toString() {
			return this.place;
		}

	}

}
