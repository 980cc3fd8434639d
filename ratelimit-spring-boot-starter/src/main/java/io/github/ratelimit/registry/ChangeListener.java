package io.github.ratelimit.registry;

/**
 * Receives the changes of settings that are made while the application runs.
 * Implementations must be thread-safe and throw nothing.
 */
public interface ChangeListener {

	/** Ignores all changes. */
	ChangeListener NONE = new ChangeListener() {
	};

	/**
	 * Called after a change is in force in this instance.
	 * @param change what was changed
	 */
	default void changed(LimitChange change) {
	}

	/**
	 * Called if a change that was made while the application runs, by this instance or
	 * another one, cannot be applied here: the settings stay as they are.
	 * @param limit the name of the limit
	 * @param reason what is wrong, and what to do
	 */
	default void rejected(String limit, String reason) {
	}

	/**
	 * Called if the changes of a limit cannot be applied to its configuration, which was
	 * read again: the limit has the settings of the configuration alone.
	 * @param limit the name of the limit
	 * @param reason what is wrong, and what to do
	 */
	default void dropped(String limit, String reason) {
	}

}
