package io.github.ratelimit.autoconfigure.properties;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The table of all properties in the reference. Names and defaults are those of the code,
 * descriptions those that the configuration metadata has, or would have if it described
 * what is inside of maps.
 */
final class PropertyTable {

	private static final Path SOURCES = Path.of("src", "main", "java", "io", "github", "ratelimit", "autoconfigure",
			"properties");

	private static final Pattern RECORD = Pattern
		.compile("/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s+(?:(?:@|//)[^\n]*\\s+)*public record (\\w+)");

	private final Map<String, String> descriptions = descriptions();

	private final List<String> rows = new ArrayList<>();

	PropertyTable() {
		collect("ratelimit", KnownProperty.root());
	}

	/**
	 * Reads the Javadoc of the components, which is the source of the metadata.
	 * @return the descriptions by {@code Record.component}
	 */
	static Map<String, String> descriptions() {
		Map<String, String> descriptions = new HashMap<>();
		Matcher type = RECORD.matcher(read(SOURCES.resolve("RateLimitProperties.java")));
		while (type.find()) {
			Stream.of(text(type.group(1)).split("@param ")).skip(1).forEach((param) -> {
				String[] parts = param.split(" ", 2);
				descriptions.put(type.group(2) + "." + parts[0], parts[1].strip());
			});
		}
		return descriptions;
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String text(String javadoc) {
		return javadoc.replaceAll("(?m)^\\s*\\*", "")
			.replaceAll("\\{@\\w+ ([^}]*)}", "$1")
			.replaceAll("\\s+", " ")
			.strip();
	}

	private void collect(String name, KnownProperty group) {
		for (KnownProperty child : group.children()) {
			String childName = name + "." + child.name();
			switch (child.kind()) {
				case GROUP -> collect(childName, child);
				case MAP -> collectElement(childName + ".<name>", group, child);
				case LIST -> collectElement(childName + "[n]", group, child);
				case VALUE -> add(childName, group, child);
			}
		}
	}

	private void collectElement(String name, KnownProperty group, KnownProperty container) {
		if (container.element().kind() == KnownProperty.Kind.GROUP) {
			collect(name, container.element());
		}
		else {
			add(name.replaceFirst("\\[n]$", ""), group, container);
		}
	}

	private void add(String name, KnownProperty group, KnownProperty property) {
		String field = group.type().getSimpleName() + "." + ConfigurationMetadataTests.camelCase(property.name());
		String description = this.descriptions.get(field);
		if (description == null) {
			throw new IllegalStateException("No Javadoc of " + field + " for " + name);
		}
		String value = ConfigurationMetadataTests.defaultOf(name);
		String anchor = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "");
		this.rows.add("| [`" + name + "`](#" + anchor + ") | " + (value.isEmpty() ? "" : "`" + value + "`") + " | "
				+ description.replace("|", "\\|") + " |\n");
	}

	@Override
	public String toString() {
		return "| Property | Default | Description |\n|---|---|---|\n" + String.join("", this.rows);
	}

}
