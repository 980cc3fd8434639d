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

/**
 * The table of all properties in the reference. Names and defaults are those of the code,
 * descriptions those that the configuration metadata has, or would have if it described
 * what is inside of maps.
 */
final class PropertyTable {

	private static final Path SOURCES = Path.of("src", "main", "java", "io", "github", "ratelimit", "autoconfigure",
			"properties");

	private static final Pattern CLASS_OR_FIELD = Pattern.compile(
			"\\bclass (\\w+)|/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s+(?:@[^\n]*\\s+)*private (?!static)[^;=]*?(\\w+)(?: = [^;]*)?;");

	private final Map<String, String> descriptions = new HashMap<>();

	private final List<String> rows = new ArrayList<>();

	PropertyTable() {
		describe("RateLimitProperties.java");
		describe("ClientProperties.java");
		collect("ratelimit", KnownProperty.root());
	}

	/** Reads the Javadoc of the fields, which is the source of the metadata. */
	private void describe(String file) {
		try {
			Matcher matcher = CLASS_OR_FIELD.matcher(Files.readString(SOURCES.resolve(file)));
			String type = "";
			while (matcher.find()) {
				if (matcher.group(1) != null) {
					type = matcher.group(1);
				}
				else {
					this.descriptions.put(type + "." + matcher.group(3), text(matcher.group(2)));
				}
			}
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
