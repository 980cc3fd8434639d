package io.github.ratelimit.documentation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The properties that the configuration metadata of the class path describes. */
final class KnownProperties {

	private final Map<String, String> typesByName = new HashMap<>();

	private KnownProperties() {
	}

	static KnownProperties ofClassPath() {
		KnownProperties known = new KnownProperties();
		try {
			ClassLoader loader = KnownProperties.class.getClassLoader();
			for (URL url : Collections.list(loader.getResources("META-INF/spring-configuration-metadata.json"))) {
				try (InputStream json = url.openStream()) {
					known.add(JsonMapper.shared().readTree(json));
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return known;
	}

	private void add(JsonNode metadata) {
		for (JsonNode property : metadata.path("properties")) {
			this.typesByName.put(property.path("name").asString(), property.path("type").asString(""));
		}
	}

	/** Returns whether a property, or the map or list that has it, is described. */
	boolean contains(String written) {
		String name = written.replaceAll("\\[.*?]", "");
		if (this.typesByName.containsKey(name)) {
			return true;
		}
		for (int end = name.lastIndexOf('.'); end > 0; end = name.lastIndexOf('.', end - 1)) {
			String type = this.typesByName.getOrDefault(name.substring(0, end), "");
			if (type.startsWith("java.util.Map") || type.startsWith("java.util.List")) {
				return true;
			}
		}
		return false;
	}

}
