package io.github.ratelimit.registry;

import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.Rate;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a limit that can be changed while the application runs, as texts: each
 * by the name of its property, and in the form that the property has.
 */
final class SettingValues {

	static final String RATE = "rate";

	static final String BURST = "burst";

	static final String MAX_CONCURRENT = "max-concurrent";

	static final String PLANS = "plans";

	static final String PLAN_PREFIX = "plans.";

	static final String MODE = "mode";

	static final String BAN_AFTER = "ban-after";

	/**
	 * Until when decisions look for banned keys, in milliseconds since 1970, of a limit
	 * that has no penalty.
	 */
	static final String BLOCKABLE_UNTIL = "blockable-until";

	private static final String ALGORITHM = "algorithm";

	private static final String HIDE_HEADERS = "hide-headers";

	private static final String LEASE = "lease";

	private static final String ON_STORE_FAILURE = "on-store-failure";

	/** The names of what is read, besides plans. */
	private static final List<String> NAMES = List.of(RATE, MAX_CONCURRENT, MODE, BAN_AFTER, ALGORITHM, HIDE_HEADERS,
			LEASE, ON_STORE_FAILURE);

	private static final String NO_BAN = "none";

	private static final int MOST_CHARACTERS = 1_000;

	private static final int MOST_PLAN_CHARACTERS = 100;

	private SettingValues() {
	}

	/**
	 * Returns settings with changes.
	 * @param configured the settings without the changes
	 * @param changes the changed settings
	 * @return new settings
	 * @throws IllegalArgumentException for the first text that cannot be
	 */
	static LimitSettings apply(LimitSettings configured, SettingChanges changes) {
		LimitSettings settings = configured;
		for (Map.Entry<String, String> change : changes.values().entrySet()) {
			settings = apply(settings, change.getKey(), change.getValue());
		}
		return settings;
	}

	private static LimitSettings apply(LimitSettings settings, String name, String text) {
		if (text.length() > MOST_CHARACTERS) {
			throw new IllegalArgumentException(
					name + " has " + text.length() + " characters. Write at most " + MOST_CHARACTERS + ".");
		}
		Limit limit = settings.limit();
		if (name.startsWith(PLAN_PREFIX)) {
			return withPlan(settings, name.substring(PLAN_PREFIX.length()), text);
		}
		return switch (name) {
			case RATE -> settings.withLimit(limit.withRates(Rate.parseAll(text)));
			case MAX_CONCURRENT -> settings.withLimit(limit.withMaxConcurrent(slots(name, text)));
			case MODE -> settings.withMode(mode(text));
			case BAN_AFTER -> settings.withPenalty(text.strip().equals(NO_BAN) ? null : Penalty.parse(text));
			case BLOCKABLE_UNTIL -> settings.withBlockable(true);
			default -> throw new IllegalArgumentException("Setting '" + name + "' cannot be changed while the "
					+ "application runs. Change it in the configuration.");
		};
	}

	private static LimitSettings withPlan(LimitSettings settings, String plan, String text) {
		if (settings.plans().isEmpty()) {
			throw new IllegalArgumentException("Limit '" + settings.limit().name()
					+ "' has no plans, so no call is on the plan '" + plan + "'. Change its rate.");
		}
		if (plan.isBlank()) {
			throw new IllegalArgumentException(
					"A plan has no name. Write {\"" + PLAN_PREFIX + "pro\": \"600/min\"} for a plan named pro.");
		}
		if (plan.length() > MOST_PLAN_CHARACTERS) {
			throw new IllegalArgumentException("A plan has a name of " + plan.length() + " characters. Write at most "
					+ MOST_PLAN_CHARACTERS + ".");
		}
		Limit limit = settings.limit();
		Map<String, Limit> plans = new HashMap<>(settings.plans());
		plans.put(plan, limit.isConcurrency() ? limit.withMaxConcurrent(slots(PLAN_PREFIX + plan, text))
				: limit.withRates(Rate.parseAll(text)));
		return settings.withPlans(plans);
	}

	private static long slots(String name, String text) {
		try {
			long slots = Long.parseLong(text.strip());
			if (slots >= 1 && slots <= Rate.MAX_PERMITS) {
				return slots;
			}
		}
		catch (NumberFormatException ex) {
			// not a number: explained like one that is out of range
		}
		throw new IllegalArgumentException(
				name + " is '" + text + "'. Write how many calls may be in flight at once, such as 10.");
	}

	/**
	 * Returns whether limits decide.
	 * @param text {@code true} or {@code false}, in upper or lower case
	 * @throws IllegalArgumentException if it is neither
	 */
	static boolean enabled(String text) {
		String value = text.strip();
		if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
			throw new IllegalArgumentException(
					SettingNames.ENABLED + " is '" + text + "'. Write true or false, without quotes.");
		}
		return Boolean.parseBoolean(value);
	}

	/**
	 * Returns a mode.
	 * @param text {@code enforce} or {@code shadow}, in upper or lower case
	 * @throws IllegalArgumentException if it is neither
	 */
	static LimitMode mode(String text) {
		for (LimitMode known : LimitMode.values()) {
			if (known.toString().equals(text.strip().toLowerCase(Locale.ROOT))) {
				return known;
			}
		}
		throw new IllegalArgumentException(MODE + " is '" + text + "'. Write enforce or shadow.");
	}

	/**
	 * Returns the settings whose texts differ, by name.
	 * @param before the settings before
	 * @param after the settings after
	 */
	static List<LimitChange.Setting> differences(LimitSettings before, LimitSettings after) {
		SortedSet<String> names = new TreeSet<>(NAMES);
		before.plans().keySet().forEach((plan) -> names.add(PLAN_PREFIX + plan));
		after.plans().keySet().forEach((plan) -> names.add(PLAN_PREFIX + plan));
		return LimitChange.differences(names, (name) -> read(before, name), (name) -> read(after, name));
	}

	/**
	 * Returns a setting as text: equal texts for equal settings.
	 * @return the text, null if the limit has no such setting
	 */
	static @Nullable String read(LimitSettings settings, String name) {
		if (name.startsWith(PLAN_PREFIX)) {
			Limit plan = settings.plans().get(name.substring(PLAN_PREFIX.length()));
			return (plan != null) ? quota(plan) : null;
		}
		Limit limit = settings.limit();
		return switch (name) {
			case RATE -> limit.isConcurrency() ? null : quota(limit);
			case MAX_CONCURRENT -> limit.isConcurrency() ? quota(limit) : null;
			case MODE -> settings.mode().toString();
			case BAN_AFTER -> (settings.penalty() != null) ? settings.penalty().toString() : NO_BAN;
			case ALGORITHM -> limit.algorithm().toString();
			case HIDE_HEADERS -> Boolean.toString(settings.hidden());
			case LEASE -> (settings.lease() != null) ? settings.lease().toMillis() + "ms" : null;
			case ON_STORE_FAILURE ->
				(settings.onStoreFailure() != null) ? settings.onStoreFailure().name().toLowerCase(Locale.ROOT) : null;
			default -> null;
		};
	}

	private static String quota(Limit limit) {
		return limit.isConcurrency() ? Long.toString(limit.capacity())
				: limit.rates().stream().map(Rate::toString).collect(Collectors.joining(", "));
	}

}
