package io.github.ratelimit.registry;

import io.github.ratelimit.KeyLabel;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What was changed at one time while the application runs.
 *
 * @param limit the name of the limit, null if all limits are concerned
 * @param key the key that was banned or reset; null if settings were changed, or all keys
 * of the limit were reset
 * @param settings what was changed, at least one
 * @param origin where the change comes from
 * @param by who made it, null if that is not known; a name as the application's security
 * has it
 */
public record LimitChange(@Nullable String limit, @Nullable KeyLabel key, List<Setting> settings, Origin origin,
		@Nullable String by) {

	/** Creates the description of a change. */
	public LimitChange {
		settings = List.copyOf(settings);
	}

	static List<Setting> differences(Collection<String> names, Function<String, @Nullable String> before,
			Function<String, @Nullable String> after) {
		return names.stream()
			.map((name) -> new Setting(name, before.apply(name), after.apply(name)))
			.filter((setting) -> !Objects.equals(setting.before(), setting.after()))
			.toList();
	}

	/** Where a change comes from. */
	public enum Origin {

		/** The endpoint of this instance. */
		ENDPOINT,

		/** Another instance that shares the store. */
		OTHER_INSTANCE,

		/** The configuration, which was read again. */
		CONFIGURATION

	}

	/**
	 * One setting that was changed.
	 *
	 * @param name the name of the property, such as {@code rate} or {@code plans.pro};
	 * {@code ban} and {@code reset} of a key
	 * @param before its text before, null if there was none
	 * @param after its text now, null if there is none
	 */
	public record Setting(String name, @Nullable String before, @Nullable String after) {
	}

}
