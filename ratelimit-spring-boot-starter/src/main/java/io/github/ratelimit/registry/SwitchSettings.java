package io.github.ratelimit.registry;

import io.github.ratelimit.LimitMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of all limits that can be changed while the application runs.
 *
 * @param enabled whether limits decide
 * @param mode the mode of all limits
 */
record SwitchSettings(boolean enabled, LimitMode mode) {

	private static final List<String> NAMES = List.of(RequestedSettings.ENABLED, ChangeableSettings.MODE);

	SwitchSettings with(SettingChanges changes) {
		String enabled = changes.values().get(RequestedSettings.ENABLED);
		String mode = changes.values().get(ChangeableSettings.MODE);
		return new SwitchSettings((enabled != null) ? isEnabled(enabled) : this.enabled,
				(mode != null) ? ChangeableSettings.mode(mode) : this.mode);
	}

	private static boolean isEnabled(String text) {
		String value = text.strip();
		if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
			throw new IllegalArgumentException(
					RequestedSettings.ENABLED + " is '" + text + "'. Write true or false, without quotes.");
		}
		return Boolean.parseBoolean(value);
	}

	/**
	 * Returns changes whose texts are equal where their values are.
	 * @throws IllegalArgumentException if a text cannot be
	 */
	SettingChanges normalized(SettingChanges changes) {
		return changes.withTexts(with(changes)::text);
	}

	@Nullable String text(String name) {
		return switch (name) {
			case RequestedSettings.ENABLED -> Boolean.toString(this.enabled);
			case ChangeableSettings.MODE -> this.mode.toString();
			default -> null;
		};
	}

	List<LimitChange.Setting> differencesFrom(SwitchSettings before) {
		return LimitChange.differences(NAMES, before::text, this::text);
	}

}
