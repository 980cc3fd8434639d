package io.github.ratelimit.store.redis;

import java.util.function.UnaryOperator;

/**
 * The scripts of the store.
 *
 * @param take decides over the keys of one call
 * @param takeMany decides over several calls of one key
 * @param giveBack gives permits back to one key
 * @param charge charges one key what calls cost without Redis having charged it
 * @param renewPlaces renews and gives back places of calls under way
 * @param find looks at one key
 * @param reset forgets one key
 * @param page lists keys
 * @param heartbeat counts the instances
 * @param probe writes something, to see whether that works
 * @param configurations compares what instances use
 */
record Scripts(Script take, Script takeMany, Script giveBack, Script charge, Script renewPlaces, Script find,
		Script reset, Script page, Script heartbeat, Script probe, Script configurations) {

	private static final String CLOCK = "clock";

	private static final String STATE = "state";

	static Scripts load() {
		return load(UnaryOperator.identity());
	}

	/** Loads them with changed texts, for tests that turn the time. */
	static Scripts load(UnaryOperator<String> edit) {
		return new Scripts(ofAllKinds(edit, "take-plain", "take"), Script.of(edit, CLOCK, STATE, "take-many"),
				ofAllKinds(edit, CLOCK, "give-back"), ofAllKinds(edit, CLOCK, "charge"),
				Script.of(edit, CLOCK, "renew-places"), ofAllKinds(edit, CLOCK, "find"), Script.of(edit, "reset"),
				ofAllKinds(edit, CLOCK, "page"), Script.of(edit, CLOCK, "heartbeat"), Script.of(edit, "probe"),
				Script.of(edit, CLOCK, "configurations"));
	}

	private static Script ofAllKinds(UnaryOperator<String> edit, String first, String last) {
		return Script.of(edit, first, STATE, "kinds", "levels", "windows", "fixed-window", "sliding-window",
				"sliding-counter", "sliding-log", "places", last);
	}

}
