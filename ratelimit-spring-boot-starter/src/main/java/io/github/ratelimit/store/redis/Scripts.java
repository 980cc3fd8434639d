package io.github.ratelimit.store.redis;

import java.util.ArrayList;
import java.util.List;
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

	static Scripts load() {
		return load(UnaryOperator.identity());
	}

	/** Loads them with changed texts, for tests that turn the time. */
	static Scripts load(UnaryOperator<String> edit) {
		return new Scripts(overAlgorithms(edit, "common", "take-one-rate", "take"),
				Script.of(edit, "common", "records", "token-bucket", "take-many"),
				overAlgorithms(edit, "common", "give-back"), overAlgorithms(edit, "common", "charge"),
				Script.of(edit, "common", "renew-places"), overAlgorithms(edit, "common", "find"),
				Script.of(edit, "reset"), overAlgorithms(edit, "common", "page"),
				Script.of(edit, "common", "heartbeat"), Script.of(edit, "probe"),
				Script.of(edit, "common", "configurations"));
	}

	/** Returns a script whose last part is about limits of any algorithm. */
	private static Script overAlgorithms(UnaryOperator<String> edit, String... parts) {
		List<String> all = new ArrayList<>(List.of(parts));
		all.addAll(parts.length - 1, List.of("records", "token-bucket", "windows", "fixed-window", "sliding-window",
				"sliding-window-counter", "sliding-window-log", "slots"));
		return Script.of(edit, all.toArray(String[]::new));
	}

}
