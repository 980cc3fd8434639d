package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.InvalidRateException;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.Suggestion;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * The values that single properties may have: the least and the most, by the last part of
 * their names, and the constants.
 */
final class AllowedValues {

	private static final String PREFIXES = "Write what all keys of this application in Redis begin with; ratelimit is the default.";

	/**
	 * The bounds of numbers and durations. Where limits and clients differ, their
	 * property stands before the last part.
	 */
	private static final Map<String, Range<?>> RANGES = Map.ofEntries(
			number("max-keys-per-limit", 1, Integer.MAX_VALUE,
					"At least one key has to be remembered; 100000 is the default."),
			number("ipv6-prefix", 1, 128,
					"Write how many bits of an IPv6 address tell clients apart, from 1 to 128; 64 is the default."),
			number("segments", 1, Limit.MAX_SEGMENTS,
					"Write into how many parts a sliding window divides its period, from 1 to " + Limit.MAX_SEGMENTS
							+ "; 20 is the default."),
			number("max-concurrent", 1, Rate.MAX_PERMITS, "Write how many calls may be in flight at once, such as 10."),
			number("limits.max-waiting", 1, Integer.MAX_VALUE,
					"Write how many calls of an instance may wait at a time; 100 is the default."),
			number("clients.max-waiting", 1, Integer.MAX_VALUE,
					"Write how many calls of a key may be queued at a time; 1000 is the default."),
			number("max-attempts", 1, Integer.MAX_VALUE,
					"Write 1 for no retries, or how often a request is sent at most."),
			duration("deadline", Duration.ofNanos(1), Duration.ofSeconds(10),
					"Write how long a decision may take, at most 10s; 50ms is the default."),
			duration("lease", Duration.ofMillis(10), Duration.ofSeconds(1),
					"Write from 10ms to 1s, better from 50ms to 200ms, or remove it."),
			duration("limits.max-wait", Duration.ofMillis(1), Duration.ofDays(1),
					"Write how long a call may be queued, such as 2s, or remove it."),
			duration("clients.max-wait", Duration.ofMillis(1), Duration.ofDays(1),
					"Write how long a call may be queued, at most 1d; 30s is the default of a client."),
			duration("plan-ttl", Duration.ofMillis(1), Duration.ofDays(1),
					"Write how long the plan of a key is remembered, at most 1d; 1m is the default."),
			duration("longest-retry", Duration.ofSeconds(1), Duration.ofDays(365),
					"Write after how long a wait SDKs of providers are not to try again by themselves; 1m is the default."),
			duration("slot-lease", Duration.ofSeconds(3), Duration.ofHours(1),
					"Write how long a call keeps its slot if its instance fails, from 3s to 1h; 30s is the default."));

	private AllowedValues() {
	}

	private static Map.Entry<String, Range<?>> number(String name, long least, long most, String remedy) {
		return Map.entry(name, new Range<>(Long.class, least, most, String::valueOf, remedy));
	}

	private static Map.Entry<String, Range<?>> duration(String name, Duration least, Duration most, String remedy) {
		return Map.entry(name, new Range<>(Duration.class, least, most, DurationText::of, remedy));
	}

	/**
	 * Checks a value.
	 * @param name the property's full name
	 * @param value what it was converted to
	 * @param text as it was written
	 */
	static void check(ConfigurationPropertyName name, Object value, String text) {
		Range<?> range = range(name);
		if (range != null) {
			range.check(ConfiguredProperty.written(name), (value instanceof Number n) ? n.longValue() : value, text);
		}
		else if (name.getLastElement(Form.DASHED).equals("key-prefix") && value instanceof String prefix) {
			checkKeyPrefix(ConfiguredProperty.written(name), prefix);
		}
	}

	private static @Nullable Range<?> range(ConfigurationPropertyName name) {
		String last = name.getLastElement(Form.DASHED);
		String group = (name.getNumberOfElements() > 1) ? name.getElement(1, Form.DASHED) + "." : "";
		return RANGES.getOrDefault(last, RANGES.get(group + last));
	}

	private static void checkKeyPrefix(String name, String value) {
		if (value.isBlank()) {
			throw new InvalidConfigurationException(name, "", "is empty", PREFIXES);
		}
		if (value.indexOf('{') >= 0 || value.indexOf('}') >= 0) {
			throw new InvalidConfigurationException(name, value,
					"has braces, which tell a Redis Cluster where keys belong", PREFIXES);
		}
	}

	/**
	 * Refuses an empty text for a property that Boot would then leave unchanged.
	 * @param name the property's full name
	 * @param type the type of its value
	 */
	static void checkEmpty(ConfigurationPropertyName name, Class<?> type) {
		Range<?> range = range(name);
		if (type.isEnum()) {
			throw unknown(name, type, "");
		}
		if (range != null) {
			throw new InvalidConfigurationException(ConfiguredProperty.written(name), "", "is empty", range.remedy());
		}
	}

	/** Returns whether a text consists of digits. */
	static boolean isNumber(String text) {
		return !text.isEmpty() && text.chars().allMatch((c) -> c >= '0' && c <= '9');
	}

	/** Returns whether a text is a rate, or several. */
	static boolean isRate(String text) {
		try {
			return !Rate.parseAll(text).isEmpty();
		}
		catch (InvalidRateException ex) {
			return false;
		}
	}

	/** Returns {@code a}, {@code a or b}, or {@code a, b or c}. */
	static String oneOf(Collection<String> alternatives) {
		List<String> all = List.copyOf(alternatives);
		int last = all.size() - 1;
		return (last < 1) ? String.join("", all) : String.join(", ", all.subList(0, last)) + " or " + all.get(last);
	}

	/**
	 * Returns the failure of a text that cannot be converted.
	 * @param name the property's full name
	 * @param type what it should be
	 * @param value the text
	 * @return null for a type that no property of ours has
	 */
	static @Nullable InvalidConfigurationException unreadable(ConfigurationPropertyName name, Class<?> type,
			String value) {
		if (type.isEnum()) {
			return unknown(name, type, value);
		}
		Range<?> range = range(name);
		if (type == Boolean.class) {
			return invalid(name, value, "is neither true nor false", "Write true or false.");
		}
		if (range == null) {
			return null;
		}
		if (type == Duration.class) {
			String meant = DurationText.nearest(value);
			return invalid(name, value, "cannot be read as a duration", (meant != null) ? "Did you mean " + meant + "?"
					: range.remedy() + " The units are ms, s, m, h and d.");
		}
		return invalid(name, value, "cannot be read as a whole number", range.remedy());
	}

	private static InvalidConfigurationException invalid(ConfigurationPropertyName name, String value, String problem,
			String remedy) {
		return new InvalidConfigurationException(ConfiguredProperty.written(name), value, problem, remedy);
	}

	/** Returns the failure of a text that is none of the constants of an enum. */
	static InvalidConfigurationException unknown(ConfigurationPropertyName name, Class<?> type, String value) {
		List<String> constants = Arrays.stream(Objects.requireNonNull(type.getEnumConstants()))
			.map((constant) -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
			.toList();
		String meant = Suggestion.nearest(value, constants)
			.map((nearest) -> "Did you mean " + nearest + "? ")
			.orElse("");
		return new InvalidConfigurationException(ConfiguredProperty.written(name), value,
				value.isBlank() ? "is empty" : "is not known", meant + "Write " + oneOf(constants) + ".");
	}

	/**
	 * The bounds of a number or a duration.
	 *
	 * @param <T> the type
	 * @param type the type
	 * @param least the least
	 * @param most the most
	 * @param format formats values for messages
	 * @param remedy what to write instead
	 */
	private record Range<T extends Comparable<T>>(Class<T> type, T least, T most, Function<T, String> format,
			String remedy) {

		/** A value of another type is an element of a list or a group. */
		void check(String name, Object value, String written) {
			if (!this.type.isInstance(value)) {
				return;
			}
			T own = this.type.cast(value);
			String problem = null;
			if (value instanceof Duration duration && (duration.isNegative() || duration.isZero())) {
				problem = "is not positive";
			}
			else if (own.compareTo(this.least) < 0) {
				problem = "is below " + this.format.apply(this.least);
			}
			else if (own.compareTo(this.most) > 0) {
				problem = "is above " + this.format.apply(this.most);
			}
			if (problem != null) {
				throw new InvalidConfigurationException(name, written, problem, this.remedy);
			}
		}

	}

}
