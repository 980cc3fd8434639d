package io.github.ratelimit.registry;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.Suggestion;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings that a request names: their names in any of the spellings that the
 * configuration takes, null to withdraw a change.
 */
final class SettingNames {

	static final String ENABLED = "enabled";

	/** By their letters. */
	private static final Map<String, String> OF_LIMIT = Map.of("rate", SettingValues.RATE, "burst", SettingValues.BURST,
			"maxconcurrent", SettingValues.MAX_CONCURRENT, "plans", SettingValues.PLANS, "mode", SettingValues.MODE,
			"banafter", SettingValues.BAN_AFTER, "ban", SettingValues.BAN_AFTER);

	private static final Map<String, String> OF_ALL = Map.of("enabled", ENABLED, "mode", SettingValues.MODE);

	/** Settings of a limit that do not change while the application runs, by letters. */
	private static final Set<String> FIXED = Set.of("key", "cost", "settle", "countwhen", "onmissingkey", "algorithm",
			"segments", "maxwait", "maxwaiting", "unit", "maxdebt", "plan", "unless", "hideheaders", "onstorefailure",
			"lease");

	private static final String NOTHING = "There is nothing known in the request";

	private SettingNames() {
	}

	/**
	 * Returns what is to be changed of all limits.
	 * @param values the values by the names in the request
	 * @param before what is changed already
	 * @return the texts by the names of the settings, null to withdraw a change
	 * @throws InvalidChangeException if nothing is to be changed
	 */
	static Map<String, @Nullable String> ofAll(Map<String, @Nullable String> values, SettingChanges before) {
		return known(values, OF_ALL, before,
				"Write {\"enabled\": false}, {\"enabled\": true}, {\"mode\": \"shadow\"} or {\"mode\": \"enforce\"}.");
	}

	/**
	 * Returns what is to be changed of a limit. A burst becomes part of the rate.
	 * @param values the values by the names in the request
	 * @param limit the limit
	 * @param before what is changed already
	 * @return the texts by the names of the settings, null to withdraw a change
	 * @throws InvalidChangeException if nothing is to be changed, or a burst has no rate
	 */
	static Map<String, @Nullable String> ofLimit(Map<String, @Nullable String> values, RegisteredLimit limit,
			SettingChanges before) {
		boolean slots = limit.limit().isConcurrency();
		Map<String, @Nullable String> known = known(values, OF_LIMIT, before,
				"Write " + (slots ? "{\"max-concurrent\": 20}" : "{\"rate\": \"5/s, 60/min\"}")
						+ ", {\"mode\": \"shadow\"} or {\"mode\": \"enforce\"}, or null for what is to be as the "
						+ "configuration says.");
		known.forEach((name, text) -> {
			if (text != null && name.startsWith(SettingValues.PLAN_PREFIX)) {
				refuseOtherSpelling(name.substring(SettingValues.PLAN_PREFIX.length()),
						limit.settings().plans().keySet());
			}
		});
		if (known.containsKey(SettingValues.BURST)) {
			String burst = known.remove(SettingValues.BURST);
			if (burst != null) {
				known.put(SettingValues.RATE, withBurst(limit, known, burst));
			}
			else if (!known.containsKey(SettingValues.RATE)) {
				known.put(SettingValues.RATE, withConfiguredBurst(limit));
			}
		}
		return known;
	}

	/** Without this, the change of a misspelt plan would apply to no call. */
	private static void refuseOtherSpelling(String plan, Set<String> plans) {
		if (plans.contains(plan)) {
			return;
		}
		plans.stream().filter((other) -> spelling(other).equals(spelling(plan))).findFirst().ifPresent((meant) -> {
			throw new InvalidChangeException("'plans." + shown(plan) + "' is another spelling of the plan '"
					+ shown(meant) + "'. Write {\"plans." + shown(meant) + "\": \"600/min\"}.");
		});
	}

	private static String spelling(String plan) {
		return plan.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
	}

	private static String withBurst(RegisteredLimit limit, Map<String, @Nullable String> known, String burst) {
		String text = known.get(SettingValues.RATE);
		Limit others = known.containsKey(SettingValues.RATE) ? limit.configured().limit() : limit.limit();
		Rate rate = only(limit, (text != null) ? Rate.parseAll(text) : others.rates(), "'" + shown(burst) + "'");
		try {
			return rate.withBurst(Long.parseLong(burst.strip())).toString();
		}
		catch (NumberFormatException ex) {
			throw new InvalidChangeException("burst is '" + shown(burst)
					+ "'. Write how many permits can be saved up, as a whole number in digits.", ex);
		}
	}

	/**
	 * Returns the rate in force with the burst of the configuration, which may be that of
	 * any rate without one; null if the configuration has this rate.
	 */
	private static @Nullable String withConfiguredBurst(RegisteredLimit limit) {
		Rate configured = only(limit, limit.configured().limit().rates(), null);
		Rate changed = only(limit, limit.limit().rates(), null);
		boolean byDefault = configured.burst() == configured.permits();
		Rate next = changed.withBurst(byDefault ? changed.permits() : configured.burst());
		return next.equals(configured) ? null : next.toString();
	}

	private static Rate only(RegisteredLimit limit, List<Rate> rates, @Nullable String burst) {
		if (rates.size() == 1) {
			return rates.get(0);
		}
		throw new InvalidChangeException("burst is " + burst + ", and limit '" + limit.name() + "' has " + rates.size()
				+ " rates. Write it with its rate: {\"rate\": \"60/min burst 90\"}.");
	}

	private static Map<String, @Nullable String> known(Map<String, @Nullable String> values, Map<String, String> names,
			SettingChanges before, String remedy) {
		Map<String, @Nullable String> known = new LinkedHashMap<>();
		Map<String, String> unknown = new HashMap<>();
		values.forEach((written, value) -> {
			String name = name(written, names);
			if (name == null) {
				refuseElsewhere(written, names);
				Suggestion.nearest(written, names.values()).ifPresent((meant) -> unknown.put(written, meant));
			}
			else if (value != null || isChanged(name, before)) {
				known.put(name, value);
			}
		});
		unknown.forEach((written, meant) -> {
			throw new InvalidChangeException(
					"'" + shown(written) + "' is not a setting. Did you mean '" + meant + "'? " + remedy);
		});
		if (known.isEmpty()) {
			boolean named = values.keySet().stream().anyMatch((written) -> name(written, names) != null);
			throw new InvalidChangeException((named ? "There is no change to withdraw. " : NOTHING + ". ") + remedy);
		}
		if (known.containsKey(SettingValues.PLANS)) {
			throw new InvalidChangeException("plans is '" + shown(String.valueOf(known.get(SettingValues.PLANS)))
					+ "'. Write each plan by its name: {\"plans.pro\": \"600/min\"}.");
		}
		return known;
	}

	/** Without this, a part of the request would silently have no effect. */
	private static void refuseElsewhere(String written, Map<String, String> names) {
		String letters = letters(written);
		boolean ofLimit = name(written, OF_LIMIT) != null || FIXED.contains(letters) || letters.equals("limit");
		if (names == OF_ALL && ofLimit) {
			throw new InvalidChangeException("'" + shown(written)
					+ "' is about one limit, and the request about all. Send it to /actuator/ratelimits/{limit}.");
		}
		if (names == OF_LIMIT && letters.equals(ENABLED)) {
			throw new InvalidChangeException("'" + shown(written)
					+ "' is about all limits, and the request about one. Send it to /actuator/ratelimits, or write "
					+ "{\"mode\": \"shadow\"}.");
		}
		if (names == OF_LIMIT && FIXED.contains(letters)) {
			throw new InvalidChangeException("'" + shown(written)
					+ "' cannot be changed here. Change it in the configuration, and restart the application.");
		}
	}

	/** A changed burst is part of a changed rate. */
	private static boolean isChanged(String name, SettingChanges before) {
		return before.values().containsKey(name.equals(SettingValues.BURST) ? SettingValues.RATE : name);
	}

	private static @Nullable String name(String written, Map<String, String> names) {
		if (written.startsWith(SettingValues.PLAN_PREFIX) && names.containsKey(SettingValues.PLANS)) {
			return written;
		}
		return names.get(letters(written));
	}

	private static String letters(String written) {
		return written.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
	}

	/** A value of a request in a message: not longer than people read. */
	private static String shown(String text) {
		return (text.length() <= 100) ? text : text.substring(0, 100) + "...";
	}

}
