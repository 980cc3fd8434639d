package io.github.ratelimit.registry;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one limit that were changed while the application runs, each as the
 * text that the configuration has it by. They hold beside what the configuration says,
 * until they are withdrawn. Immutable.
 *
 * @param values the texts by the names of the settings, in order; no more than
 * {@value #MOST_SETTINGS}
 * @param by who made the last change, null if that is not known
 */
public record SettingChanges(SortedMap<String, String> values, @Nullable String by) {

	/** No setting is changed. */
	public static final SettingChanges NONE = new SettingChanges(new TreeMap<>(), null);

	/** The most settings of one limit that can be changed. */
	public static final int MOST_SETTINGS = 200;

	/**
	 * Creates changes.
	 * @throws IllegalArgumentException if they are too many
	 */
	public SettingChanges {
		if (values.size() > MOST_SETTINGS) {
			throw new IllegalArgumentException(values.size() + " settings cannot be changed while the application "
					+ "runs. Change at most " + MOST_SETTINGS + ", and write the others in the configuration.");
		}
		values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
	}

	/**
	 * Returns whether no setting is changed.
	 * @return true if there is none
	 */
	public boolean isEmpty() {
		return this.values.isEmpty();
	}

	/** Returns the changes without those that have ended. */
	SettingChanges at(Instant now) {
		return (now.toEpochMilli() < blockableUntil()) ? this
				: with(Collections.singletonMap(SettingValues.BLOCKABLE_UNTIL, null), this.by);
	}

	/** Returns milliseconds since 1970, 0 if nothing is said. */
	long blockableUntil() {
		try {
			return Long.parseLong(this.values.getOrDefault(SettingValues.BLOCKABLE_UNTIL, "0"));
		}
		catch (NumberFormatException ex) {
			return 0;
		}
	}

	/** Returns the same changes with other texts of the values, where there are some. */
	SettingChanges withTexts(Function<String, @Nullable String> texts) {
		SortedMap<String, String> next = new TreeMap<>(this.values);
		next.replaceAll((name, text) -> Objects.requireNonNullElse(texts.apply(name), text));
		return new SettingChanges(next, this.by);
	}

	/**
	 * Returns these changes with others.
	 * @param changed the texts by the names of the settings, null to withdraw one
	 * @param by who makes the change, null if that is not known
	 * @return new changes
	 */
	SettingChanges with(Map<String, @Nullable String> changed, @Nullable String by) {
		SortedMap<String, String> next = new TreeMap<>(this.values);
		changed.forEach((setting, text) -> {
			if (text == null) {
				next.remove(setting);
			}
			else {
				next.put(setting, text);
			}
		});
		return new SettingChanges(next, by);
	}

}
