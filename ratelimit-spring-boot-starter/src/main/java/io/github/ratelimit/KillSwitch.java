package io.github.ratelimit;

/**
 * Switches all limits of an application off and on. Switched off, every call is allowed
 * and nothing is counted. Thread-safe.
 */
public final class KillSwitch {

	private volatile boolean enabled;

	/**
	 * Creates a switch.
	 * @param enabled whether limits are enforced
	 */
	public KillSwitch(boolean enabled) {
		this.enabled = enabled;
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

}
