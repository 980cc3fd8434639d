package io.github.ratelimit.registry;

import io.github.ratelimit.LimitMode;

/**
 * Switches all limits of an application off and on, or into the shadow. Switched off,
 * every call is allowed and nothing is counted; in the shadow limits decide and count,
 * and every call is allowed. Thread-safe.
 */
public final class KillSwitch {

	private volatile boolean isEnabled;

	private volatile LimitMode mode;

	/**
	 * Creates a switch.
	 * @param enabled whether limits are enforced
	 */
	public KillSwitch(boolean enabled) {
		this(enabled, LimitMode.ENFORCE);
	}

	/**
	 * Creates a switch.
	 * @param enabled whether limits decide
	 * @param mode whether what they decide is done
	 */
	public KillSwitch(boolean enabled, LimitMode mode) {
		this.isEnabled = enabled;
		this.mode = mode;
	}

	/**
	 * Returns whether limits are enforced.
	 * @return whether the limiter is on
	 */
	public boolean isEnabled() {
		return this.isEnabled;
	}

	/**
	 * Switches the limiter off or on, from the next call on.
	 * @param enabled whether limits are to be enforced
	 */
	public void setEnabled(boolean enabled) {
		this.isEnabled = enabled;
	}

	/**
	 * Returns whether what limits decide is done.
	 * @return the mode of all limits: in the shadow no limit refuses, whatever its own
	 * mode is
	 */
	public LimitMode mode() {
		return this.mode;
	}

	/**
	 * Sets whether what limits decide is done, from the next call on.
	 * @param mode the mode of all limits
	 */
	public void setMode(LimitMode mode) {
		this.mode = mode;
	}

}
