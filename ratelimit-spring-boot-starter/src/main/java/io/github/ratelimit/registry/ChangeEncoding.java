package io.github.ratelimit.registry;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The changes of all limits as one text: a line for each limit, its name and its settings
 * as in the query of an address.
 */
final class ChangeEncoding {

	private static final String BY = "#by";

	private ChangeEncoding() {
	}

	static String of(Map<String, SettingChanges> changes) {
		return new TreeMap<>(changes).entrySet()
			.stream()
			.filter((limit) -> !limit.getValue().isEmpty())
			.map((limit) -> encoded(limit.getKey()) + "?" + text(limit.getValue()))
			.collect(Collectors.joining("\n"));
	}

	private static String text(SettingChanges changes) {
		SortedMap<String, String> values = new TreeMap<>(changes.values());
		if (changes.by() != null) {
			values.put(BY, changes.by());
		}
		return values.entrySet()
			.stream()
			.map((value) -> encoded(value.getKey()) + "=" + encoded(value.getValue()))
			.collect(Collectors.joining("&"));
	}

	/** Reads a text; what is not of the form is left out. */
	static Map<String, SettingChanges> parse(String text) {
		Map<String, SettingChanges> changes = new TreeMap<>();
		text.lines().forEach((line) -> {
			int end = line.indexOf('?');
			if (end > 0) {
				SettingChanges limit = values(line.substring(end + 1));
				if (!limit.isEmpty()) {
					changes.put(decoded(line.substring(0, end)), limit);
				}
			}
		});
		return changes;
	}

	private static SettingChanges values(String query) {
		SortedMap<String, String> values = new TreeMap<>();
		for (String pair : query.split("&")) {
			int equals = pair.indexOf('=');
			if (equals > 0 && values.size() < SettingChanges.MOST_SETTINGS) {
				values.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
			}
		}
		@Nullable String by = values.remove(BY);
		return new SettingChanges(values, by);
	}

	/** Returns the name of one change, as instances tell each other which they need. */
	static String name(String limit, String setting) {
		return encoded(limit) + "?" + encoded(setting);
	}

	private static String encoded(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	private static String decoded(String text) {
		try {
			return URLDecoder.decode(text, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			return text;
		}
	}

}
