package io.github.ratelimit.registry;

import io.github.ratelimit.StoreUnavailableException;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Where the instances of an application share the changes of settings that are made while
 * they run: one text with a version, which is replaced as a whole. Thread-safe.
 */
public interface SharedChanges {

	/** For an instance that shares its changes with no other. */
	SharedChanges NONE = new SharedChanges() {

		@Override
		public void start(LimitChanges instance) {
		}

		@Override
		public Answer replace(State next, Collection<String> unneeded) {
			return new Answer(Outcome.REPLACED, new State(next.version() + 1, next.text()));
		}

		@Override
		public boolean reachesOthers() {
			return false;
		}

	};

	/**
	 * Begins to report changes to an instance: soon after others have made them, and now,
	 * as far as the store answers within two seconds.
	 * @param instance the changes of this instance
	 */
	void start(LimitChanges instance);

	/**
	 * Replaces the text, if it is still that of a version or has been lost.
	 * @param next the new text, and the version of the text that it replaces
	 * @param unneeded the names of changes that are left out only if no instance has
	 * needed them lately; empty to replace the text in any case
	 * @return what became of it
	 * @throws StoreUnavailableException if the store does not answer; then nothing is
	 * known of the text
	 */
	Answer replace(State next, Collection<String> unneeded);

	/**
	 * Returns whether changes reach other instances.
	 * @return false if this instance is alone
	 */
	default boolean reachesOthers() {
		return true;
	}

	/**
	 * The changes of all limits.
	 *
	 * @param version how often they were changed, 0 if never
	 * @param text the changes
	 */
	record State(long version, String text) {
	}

	/** What became of a text. */
	enum Outcome {

		/** It is in force. */
		REPLACED,

		/** Another instance has changed something since. */
		OUTDATED,

		/** Another instance needs a change that would be left out. */
		NEEDED

	}

	/**
	 * The answer to an attempt to replace the text.
	 *
	 * @param outcome what became of it
	 * @param state what is in force now, null if that has not changed
	 */
	record Answer(Outcome outcome, @Nullable State state) {
	}

}
