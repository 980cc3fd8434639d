package io.github.ratelimit;

import java.util.Locale;

/** Whether the decisions of a limit are enforced. */
public enum LimitMode {

	/** The limit refuses calls. */
	ENFORCE,

	/** The limit decides, counts and reports, and allows every call. */
	SHADOW;

	/**
	 * Returns the mode as it is written in the configuration and the endpoint.
	 * @return for example {@code shadow}
	 */
	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
