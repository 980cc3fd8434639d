package io.github.ratelimit.registry;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The changes of all limits, as an instance knows them, and the one text by which
 * instances share them: a line for each limit, its name and its settings as in the query
 * of an address. Immutable.
 *
 * @param version how often anything was changed
 * @param changes the changes by the names of the limits
 */
record ChangeSet(long version, Map<String, SettingChanges> changes) {

	private static final String BY = "#by";

	static final ChangeSet NONE = new ChangeSet(0, Map.of());

	static ChangeSet of(SharedChanges.State state) {
		return new ChangeSet(state.version(), parse(state.text()));
	}

	SharedChanges.State state() {
		return new SharedChanges.State(this.version, text());
	}

	SettingChanges of(String limit) {
		return this.changes.getOrDefault(limit, SettingChanges.NONE);
	}

	ChangeSet with(String limit, SettingChanges next) {
		Map<String, SettingChanges> all = new TreeMap<>(this.changes);
		all.put(limit, next);
		return new ChangeSet(this.version, all);
	}

	/** Returns the names of the limits that are changed in another way, in order. */
	List<String> differentFrom(ChangeSet other) {
		TreeSet<String> names = new TreeSet<>(this.changes.keySet());
		names.addAll(other.changes.keySet());
		return names.stream().filter((name) -> !of(name).equals(other.of(name))).toList();
	}

	/** Returns the names of changes, as instances tell each other which they need. */
	List<String> names(BiPredicate<String, String> filter) {
		List<String> names = new ArrayList<>();
		this.changes.forEach((limit, changes) -> changes.values()
			.keySet()
			.stream()
			.filter((setting) -> filter.test(limit, setting))
			.forEach((setting) -> names.add(name(limit, setting))));
		return names;
	}

	ChangeSet without(BiPredicate<String, String> filter) {
		Map<String, SettingChanges> all = new TreeMap<>();
		this.changes.forEach((limit, changes) -> {
			SortedMap<String, String> kept = new TreeMap<>(changes.values());
			kept.keySet().removeIf((setting) -> filter.test(limit, setting));
			if (!kept.isEmpty()) {
				all.put(limit, new SettingChanges(kept, changes.by()));
			}
		});
		return new ChangeSet(this.version, all);
	}

	/** Returns whether it says of a limit only who has withdrawn its last change. */
	boolean hasWithdrawals() {
		return this.changes.values().stream().anyMatch(SettingChanges::isEmpty);
	}

	private String text() {
		return new TreeMap<>(this.changes).entrySet()
			.stream()
			.filter((limit) -> !limit.getValue().equals(SettingChanges.NONE))
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
	private static Map<String, SettingChanges> parse(String text) {
		Map<String, SettingChanges> changes = new TreeMap<>();
		text.lines().forEach((line) -> {
			int end = line.indexOf('?');
			if (end > 0) {
				SettingChanges limit = values(line.substring(end + 1));
				if (!limit.equals(SettingChanges.NONE)) {
					changes.put(decoded(line.substring(0, end)), limit);
				}
			}
		});
		return changes;
	}

	private static SettingChanges values(String query) {
		SortedMap<String, String> values = new TreeMap<>();
		@Nullable String by = null;
		for (String pair : query.split("&")) {
			int equals = pair.indexOf('=');
			String name = decoded(pair.substring(0, Math.max(0, equals)));
			if (name.equals(BY)) {
				by = decoded(pair.substring(equals + 1));
			}
			else if (equals > 0 && values.size() < SettingChanges.MOST_SETTINGS) {
				values.put(name, decoded(pair.substring(equals + 1)));
			}
		}
		return new SettingChanges(values, by);
	}

	private static String name(String limit, String setting) {
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
