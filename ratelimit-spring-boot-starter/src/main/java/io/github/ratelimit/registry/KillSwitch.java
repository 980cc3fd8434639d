package io.github.ratelimit.registry;

import io.github.ratelimit.LimitMode;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Switches all limits of an application off and on, or into shadow mode. While it is off,
 * every call is allowed and nothing is counted; in shadow mode limits decide and count,
 * and every call is allowed. Thread-safe.
 */
public final class KillSwitch {

	private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

	private volatile State state;

	/**
	 * Creates a switch that enforces limits while it is on.
	 * @param enabled whether limits decide
	 */
	public KillSwitch(boolean enabled) {
		this(enabled, LimitMode.ENFORCE);
	}

	/**
	 * Creates a switch.
	 * @param enabled whether limits decide
	 * @param mode the mode of all limits
	 */
	public KillSwitch(boolean enabled, LimitMode mode) {
		this.state = new State(enabled, mode);
	}

	/**
	 * Returns whether the limiter is on.
	 * @return false if every call is allowed and nothing is counted
	 */
	public boolean isEnabled() {
		return this.state.enabled;
	}

	/**
	 * Returns the mode of all limits.
	 * @return the mode; in shadow mode no limit refuses, whatever its own mode is
	 */
	public LimitMode mode() {
		return this.state.mode;
	}

	/**
	 * Switches the limiter off or on and sets the mode of all limits, for all later
	 * calls.
	 * @param enabled whether limits decide
	 * @param mode the mode of all limits
	 */
	public void set(boolean enabled, LimitMode mode) {
		this.state = new State(enabled, mode);
		this.listeners.forEach(Runnable::run);
	}

	/**
	 * Returns how limits decide now.
	 * @return the mode of all limits, null while they are switched off
	 */
	public @Nullable LimitMode modeInForce() {
		State state = this.state;
		return state.enabled ? state.mode : null;
	}

	/**
	 * Adds what has to be done after each change.
	 * @param listener is run by the thread that makes the change; throws no exception
	 */
	public void whenChanged(Runnable listener) {
		this.listeners.add(listener);
	}

	State state() {
		return this.state;
	}

	/**
	 * The settings of all limits that can be changed while the application runs.
	 *
	 * @param enabled whether limits decide
	 * @param mode the mode of all limits
	 */
	record State(boolean enabled, LimitMode mode) {

		private static final List<String> NAMES = List.of(SettingNames.ENABLED, SettingValues.MODE);

		State with(SettingChanges changes) {
			String enabled = changes.values().get(SettingNames.ENABLED);
			String mode = changes.values().get(SettingValues.MODE);
			return new State((enabled != null) ? SettingValues.enabled(enabled) : this.enabled,
					(mode != null) ? SettingValues.mode(mode) : this.mode);
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
				case SettingNames.ENABLED -> Boolean.toString(this.enabled);
				case SettingValues.MODE -> this.mode.toString();
				default -> null;
			};
		}

		List<LimitChange.Setting> differencesFrom(State before) {
			return LimitChange.differences(NAMES, before::text, this::text);
		}

	}

}
