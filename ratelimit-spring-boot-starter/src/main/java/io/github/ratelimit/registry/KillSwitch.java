package io.github.ratelimit.registry;

import io.github.ratelimit.LimitMode;

/**
 * Switches all limits of an application off and on, or into the shadow. Switched off,
 * every call is allowed and nothing is counted; in the shadow limits decide and count,
 * and every call is allowed. Thread-safe.
 */
public final class KillSwitch {

	private volatile boolean enabled;

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
		this.enabled = enabled;
		this.mode = mode;
	}

	/**
	 * Returns whether limits are enforced.
	 * @return whether the limiter is on
	 */
	public boolean enabled() {
		return this.enabled;
	}

	/**
	 * Switches the limiter off or on, from the next call on.
	 * @param enabled whether limits are to be enforced
	 */
	public void enabled(boolean enabled) {
		this.enabled = enabled;
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
	public void mode(LimitMode mode) {
		this.mode = mode;
	}

}
