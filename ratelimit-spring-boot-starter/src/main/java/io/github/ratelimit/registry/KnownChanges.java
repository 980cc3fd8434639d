package io.github.ratelimit.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * The changes of all limits, as an instance knows them. Immutable.
 *
 * @param version how often anything was changed
 * @param changes the changes by the names of the limits
 */
record KnownChanges(long version, Map<String, SettingChanges> changes) {

	static final KnownChanges NONE = new KnownChanges(0, Map.of());

	static KnownChanges of(SharedChanges.State state) {
		return new KnownChanges(state.version(), ChangeEncoding.parse(state.text()));
	}

	SharedChanges.State state() {
		return new SharedChanges.State(this.version, ChangeEncoding.of(this.changes));
	}

	SettingChanges of(String limit) {
		return this.changes.getOrDefault(limit, SettingChanges.NONE);
	}

	KnownChanges with(String limit, SettingChanges next) {
		Map<String, SettingChanges> all = new TreeMap<>(this.changes);
		all.put(limit, next);
		return new KnownChanges(this.version, all);
	}

	/** Returns the names of the limits that are changed in another way, in order. */
	List<String> differentFrom(KnownChanges other) {
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
			.forEach((setting) -> names.add(ChangeEncoding.name(limit, setting))));
		return names;
	}

	KnownChanges without(BiPredicate<String, String> filter) {
		Map<String, SettingChanges> all = new TreeMap<>();
		this.changes.forEach((limit, changes) -> {
			SortedMap<String, String> kept = new TreeMap<>(changes.values());
			kept.keySet().removeIf((setting) -> filter.test(limit, setting));
			all.put(limit, new SettingChanges(kept, changes.by()));
		});
		return new KnownChanges(this.version, all);
	}

}
