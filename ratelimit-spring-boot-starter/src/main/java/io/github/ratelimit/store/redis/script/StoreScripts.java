package io.github.ratelimit.store.redis.script;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The scripts of the store.
 *
 * @param take decides over the keys of one call, or over several calls of one key
 * @param giveBack gives permits back to one key
 * @param charge charges one key what calls cost without Redis having charged it
 * @param renewSlots renews and gives back slots of calls in flight
 * @param find reads one key
 * @param reset removes one key
 * @param page lists keys
 * @param heartbeat counts the instances
 * @param probe writes something, to see whether that works
 * @param configurations compares what instances use
 * @param changes reads and replaces the settings that were changed while instances run
 * @param resetPage forgets some keys of a limit
 * @param notes exchanges notes of instances
 */
public record StoreScripts(LuaScript take, LuaScript giveBack, LuaScript charge, LuaScript renewSlots, LuaScript find,
		LuaScript reset, LuaScript page, LuaScript heartbeat, LuaScript probe, LuaScript configurations,
		LuaScript changes, LuaScript resetPage, LuaScript notes) {

	public static StoreScripts load() {
		return load(UnaryOperator.identity());
	}

	/** Loads them with changed texts, for tests that control the time. */
	public static StoreScripts load(UnaryOperator<String> edit) {
		return new StoreScripts(overAlgorithms(edit, "common", "take-one", "take-buckets", "take"),
				overAlgorithms(edit, "common", "give-back"), overAlgorithms(edit, "common", "charge"),
				LuaScript.of(edit, "common", "renew-slots"), overAlgorithms(edit, "common", "find"),
				LuaScript.of(edit, "reset"), overAlgorithms(edit, "common", "page"),
				LuaScript.of(edit, "common", "heartbeat"), LuaScript.of(edit, "probe"),
				LuaScript.of(edit, "common", "configurations"), LuaScript.of(edit, "common", "changes"),
				LuaScript.of(edit, "reset-page"), LuaScript.of(edit, "common", "notes"));
	}

	/** Returns a script whose last part handles limits of any algorithm. */
	private static LuaScript overAlgorithms(UnaryOperator<String> edit, String... parts) {
		List<String> all = new ArrayList<>(List.of(parts));
		all.addAll(parts.length - 1, List.of("records", "token-bucket", "windows", "fixed-window", "sliding-window",
				"sliding-window-counter", "sliding-window-log", "slots"));
		return LuaScript.of(edit, all.toArray(String[]::new));
	}

}
