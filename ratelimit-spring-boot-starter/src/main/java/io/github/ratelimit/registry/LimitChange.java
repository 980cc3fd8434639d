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

	/**
	 * Receives the changes of settings that are made while the application runs.
	 * Implementations must be thread-safe and throw nothing.
	 */
	public interface Listener {

		/** Ignores all changes. */
		Listener NONE = new Listener() {
		};

		/**
		 * Called after a change is in force in this instance.
		 * @param change what was changed
		 */
		default void changed(LimitChange change) {
		}

		/**
		 * Called if a change that was made while the application runs, by this instance
		 * or another one, cannot be applied here: the settings stay as they are.
		 * @param limit the name of the limit
		 * @param reason what is wrong, and what to do
		 */
		default void rejected(String limit, String reason) {
		}

		/**
		 * Called if the changes of a limit cannot be applied to its configuration, which
		 * was read again: the limit has the settings of the configuration alone.
		 * @param limit the name of the limit
		 * @param reason what is wrong, and what to do
		 */
		default void dropped(String limit, String reason) {
		}

	}

}
