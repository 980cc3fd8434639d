package io.github.ratelimit.registry;

import io.github.ratelimit.LimitMode;

/**
 * Switches all limits of an application off and on, or into shadow mode. While it is off,
 * every call is allowed and nothing is counted; in shadow mode limits decide and count,
 * and every call is allowed. Thread-safe.
 */
public final class KillSwitch {

	private volatile boolean isEnabled;

	private volatile LimitMode mode;

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
		this.isEnabled = enabled;
		this.mode = mode;
	}

	/**
	 * Returns whether the limiter is on.
	 * @return false if every call is allowed and nothing is counted
	 */
	public boolean isEnabled() {
		return this.isEnabled;
	}

	/**
	 * Switches the limiter off or on, for all later calls.
	 * @param enabled whether limits decide
	 */
	public void setEnabled(boolean enabled) {
		this.isEnabled = enabled;
	}

	/**
	 * Returns the mode of all limits.
	 * @return the mode; in shadow mode no limit refuses, whatever its own mode is
	 */
	public LimitMode mode() {
		return this.mode;
	}

	/**
	 * Sets the mode of all limits, for all later calls.
	 * @param mode the mode of all limits
	 */
	public void setMode(LimitMode mode) {
		this.mode = mode;
	}

}
