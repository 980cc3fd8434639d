package io.github.ratelimit.autoconfigure.properties;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.autoconfigure.properties.RateLimitProperties.ClientProperties;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.util.StringUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The configuration metadata and the reference are complete and agree. */
class ConfigurationMetadataTests {

	private static final Path REFERENCE = Path.of("..", "docs", "reference.md");

	private static final Pattern SECTION = Pattern
		.compile("### `(ratelimit[^`]*)`\n\n- Type: ([^\n]+)\n- Default: ([^\n]+)\n\n([^\n]+)");

	private final JsonNode metadata = metadata();

	private final Map<String, KnownProperty> known = known();

	@Test
	void everyPropertyHasADescriptionAsASentence() {
		assertThat(properties()).isNotEmpty()
			.allSatisfy((property) -> assertThat(property.path("description").asString(""))
				.as(property.path("name").asString())
				.matches("[A-Z][^\n]+\\."));
	}

	@Test
	void everyFieldIsInTheMetadata() {
		List<String> expected = this.known.keySet()
			.stream()
			.map((name) -> name.replaceFirst("(\\.<name>|\\[n]).*", ""))
			.distinct()
			.toList();
		assertThat(properties()).extracting((property) -> property.path("name").asString())
			.containsExactlyInAnyOrderElementsOf(expected);
	}

	@Test
	void everyComponentHasJavadoc() {
		Map<String, String> descriptions = PropertyTable.descriptions();
		List<String> components = records(RateLimitProperties.class)
			.flatMap((type) -> Stream.of(type.getRecordComponents())
				.map((component) -> type.getSimpleName() + "." + component.getName()))
			.toList();
		assertThat(components).hasSizeGreaterThanOrEqualTo(this.known.size())
			.allSatisfy((component) -> assertThat(descriptions.get(component)).as(component).matches("[A-Z].+\\."));
	}

	/** Returns the records among a type and those that it encloses. */
	private static Stream<Class<?>> records(Class<?> type) {
		return Stream.concat(Stream.of(type).filter(Class::isRecord),
				Stream.of(type.getDeclaredClasses()).flatMap(ConfigurationMetadataTests::records));
	}

	@Test
	void theMetadataHasTheDefaultsOfTheCode() {
		for (JsonNode property : properties()) {
			String name = property.path("name").asString();
			KnownProperty leaf = this.known.get(name);
			if (leaf != null) {
				assertThat(text(property.path("defaultValue"))).as(name).isEqualTo(defaultOf(name));
			}
		}
	}

	@Test
	void theMetadataHasTheSwitchOfTheHealth() {
		assertThat(array("properties"))
			.filteredOn((property) -> property.path("name").asString().equals("management.health.ratelimit.enabled"))
			.singleElement()
			.satisfies((property) -> {
				assertThat(property.path("type").asString()).isEqualTo("java.lang.Boolean");
				assertThat(property.path("defaultValue").asBoolean()).isTrue();
				assertThat(property.path("description").asString()).matches("[A-Z][^\n]+\\.");
			});
	}

	@Test
	void hintsReferToExistingProperties() {
		assertThat(array("hints")).isNotEmpty()
			.extracting((hint) -> hint.path("name").asString())
			.isSubsetOf(this.known.keySet());
	}

	@Test
	void hintsForAnEnumHaveItsConstants() {
		int enums = 0;
		for (JsonNode hint : array("hints")) {
			KnownProperty property = this.known.get(hint.path("name").asString());
			if (property.type().isEnum()) {
				enums++;
				assertThat(StreamSupport.stream(hint.path("values").spliterator(), false))
					.extracting((value) -> value.path("value").asString())
					.containsExactlyElementsOf(constants(property));
			}
		}
		assertThat(enums).isEqualTo(3);
	}

	@Test
	void theReferenceHasEveryProperty() throws IOException {
		assertThat(sections().keySet()).containsExactlyInAnyOrderElementsOf(this.known.keySet());
	}

	@Test
	void theReferenceHasTheDefaults() throws IOException {
		sections().forEach((name, section) -> {
			String expected = defaultOf(name);
			if (expected.isEmpty()) {
				assertThat(section.defaultValue()).as(name).startsWith("none, ");
			}
			else {
				assertThat(section.defaultValue()).as(name).isEqualTo("`" + expected + "`");
			}
		});
	}

	@Test
	void theReferenceHasTheTypes() throws IOException {
		sections().forEach((name, section) -> {
			KnownProperty property = this.known.get(name);
			String type = section.type();
			if (property.type().isEnum()) {
				List<String> quoted = constants(property).stream().map((constant) -> "`" + constant + "`").toList();
				assertThat(type).as(name).isEqualTo(AllowedValues.oneOf(quoted));
			}
			else if (property.type() == boolean.class) {
				assertThat(type).as(name).isEqualTo("boolean");
			}
			else if (property.type() == int.class || Number.class.isAssignableFrom(property.type())) {
				assertThat(type).as(name).startsWith("integer");
			}
			else if (property.type() == Duration.class) {
				assertThat(type).as(name).startsWith("duration");
			}
			else if (property.kind() == KnownProperty.Kind.LIST) {
				assertThat(type).as(name).contains("list of ");
			}
			else {
				assertThat(type).as(name).doesNotContain("list", "boolean", "integer", "duration");
			}
			assertThat(section.text()).as(name).isNotBlank();
		});
	}

	private static JsonNode metadata() {
		try (InputStream json = RateLimitProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			assertThat(json).isNotNull();
			return JsonMapper.shared().readTree(json);
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	private List<JsonNode> properties() {
		return array("properties").stream()
			.filter((property) -> property.path("name").asString().startsWith("ratelimit."))
			.toList();
	}

	private List<JsonNode> array(String name) {
		return StreamSupport.stream(this.metadata.path(name).spliterator(), false).toList();
	}

	/** Returns the properties that take a value, by their names in the reference. */
	private static Map<String, KnownProperty> known() {
		Map<String, KnownProperty> known = new TreeMap<>();
		collect("ratelimit", KnownProperty.root(), known);
		return known;
	}

	private static void collect(String name, KnownProperty node, Map<String, KnownProperty> into) {
		switch (node.kind()) {
			case GROUP -> node.children().forEach((child) -> collect(name + "." + child.name(), child, into));
			case MAP -> collect(name + ".<name>", node.element(), into);
			case LIST -> {
				if (node.element().kind() == KnownProperty.Kind.GROUP) {
					collect(name + "[n]", node.element(), into);
				}
				else {
					into.put(name, node);
				}
			}
			case VALUE -> into.put(name, node);
		}
	}

	static String defaultOf(String name) {
		Class<?> type = RateLimitProperties.class;
		String path = name.substring("ratelimit.".length());
		if (path.endsWith(".<name>")) {
			return "";
		}
		if (path.startsWith("clients.<name>.models.<name>.")) {
			return "";
		}
		if (path.startsWith("clients.<name>.")) {
			type = ClientProperties.class;
			path = path.substring("clients.<name>.".length());
		}
		if (path.startsWith("limits.<name>.")) {
			type = RateLimitProperties.LimitProperties.class;
			path = path.substring("limits.<name>.".length());
		}
		else if (path.startsWith("http.rules[n].")) {
			type = RateLimitProperties.Http.Rule.class;
			path = path.substring("http.rules[n].".length());
		}
		Object value = new Binder().bindOrCreate("ratelimit", type);
		for (String component : path.split("\\.")) {
			value = ReflectionTestUtils.invokeMethod(value, camelCase(component));
		}
		return text(value);
	}

	static String camelCase(String dashed) {
		String[] words = dashed.split("-");
		for (int i = 1; i < words.length; i++) {
			words[i] = StringUtils.capitalize(words[i]);
		}
		return String.join("", words);
	}

	private static String text(Object value) {
		if (value instanceof Enum<?> constant) {
			return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
		}
		if (value instanceof Duration duration) {
			return DurationText.of(duration);
		}
		if (value instanceof Collection<?> list) {
			return String.join(", ", list.stream().map((Object element) -> text(element)).toList());
		}
		return (value != null) ? value.toString() : "";
	}

	private static String text(JsonNode value) {
		return value.isArray()
				? String.join(", ", StreamSupport.stream(value.spliterator(), false).map(JsonNode::asString).toList())
				: value.asString("");
	}

	private static List<String> constants(KnownProperty property) {
		List<String> constants = new ArrayList<>();
		for (Object constant : property.type().getEnumConstants()) {
			constants.add(text(constant));
		}
		return constants;
	}

	private static Map<String, Section> sections() throws IOException {
		Map<String, Section> sections = new TreeMap<>();
		Matcher matcher = SECTION.matcher(Files.readString(REFERENCE));
		while (matcher.find()) {
			Section section = new Section(matcher.group(2), matcher.group(3), matcher.group(4));
			assertThat(sections.put(matcher.group(1), section)).as(matcher.group(1) + " is there twice").isNull();
		}
		return sections;
	}

	private record Section(String type, String defaultValue, String text) {
	}

}
