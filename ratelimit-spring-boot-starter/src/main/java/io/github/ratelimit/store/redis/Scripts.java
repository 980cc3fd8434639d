package io.github.ratelimit.store.redis;

import java.util.function.UnaryOperator;

/**
 * The scripts of the store.
 *
 * @param take decides over the keys of one call
 * @param takeMany decides over several calls of one key
 * @param giveBack gives permits back to one key
 * @param find looks at one key
 * @param reset forgets one key
 * @param page lists keys
 * @param probe writes something, to see whether that works
 */
record Scripts(Script take, Script takeMany, Script giveBack, Script find, Script reset, Script page, Script probe) {

	private static final String CLOCK = "clock";

	private static final String STATE = "state";

	static Scripts load() {
		return load(UnaryOperator.identity());
	}

	/** Loads them with changed texts, for tests that turn the time. */
	static Scripts load(UnaryOperator<String> edit) {
		return new Scripts(Script.of(edit, "take-plain", STATE, "take"), Script.of(edit, CLOCK, STATE, "take-many"),
				Script.of(edit, CLOCK, STATE, "give-back"), Script.of(edit, CLOCK, STATE, "find"),
				Script.of(edit, "reset"), Script.of(edit, CLOCK, STATE, "page"), Script.of(edit, "probe"));
	}

}
