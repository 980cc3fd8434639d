package io.github.ratelimit;

import java.util.Locale;

/** Whether what a limit decides is done. */
public enum LimitMode {

	/** Refused calls are refused. */
	ENFORCE,

	/** The limit decides, counts and reports, and lets every call through. */
	SHADOW;

	/**
	 * Returns the mode as configuration and endpoint write it.
	 * @return for example {@code shadow}
	 */
	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
