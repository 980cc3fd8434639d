package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.Suggestion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.convert.DurationStyle;

/** What single values have to keep, checked before they are converted. */
final class ValueRules {

	/** By the last part of the names of the properties. */
	private static final Map<String, Range> RANGES = Map.of("max-keys-per-limit",
			new Range(1, Integer.MAX_VALUE, "At least one key has to be remembered; 100000 is the default."),
			"ipv6-prefix",
			new Range(1, 128,
					"Write how many bits of an IPv6 address tell clients apart, from 1 to 128; 64 is the default."),
			"segments",
			new Range(1, Limit.MAX_SEGMENTS,
					"Write into how many parts a sliding window divides its period, from 1 to " + Limit.MAX_SEGMENTS
							+ "; 20 is the default."),
			"max-concurrent",
			new Range(1, Rate.MAX_PERMITS, "Write how many calls may be under way at once, such as 10."), "max-waiting",
			new Range(1, Integer.MAX_VALUE,
					"Write how many calls of an instance may wait at a time; 100 is the default."));

	/** By the last part of the names of the properties. */
	private static final Map<String, DurationRange> DURATIONS = Map.of("deadline",
			new DurationRange(Duration.ofNanos(1), Duration.ofSeconds(10),
					"Write how long a decision may take, at most 10s; 50ms is the default."),
			"lease",
			new DurationRange(Duration.ofMillis(10), Duration.ofSeconds(1),
					"Write from 10ms to 1s, better from 50ms to 200ms, or remove it."),
			"max-wait",
			new DurationRange(Duration.ofMillis(1), Duration.ofDays(1),
					"Write how long a call may wait for its turn, such as 2s, or remove it."),
			"plan-ttl",
			new DurationRange(Duration.ofMillis(1), Duration.ofDays(1),
					"Write how long the plan of a key is remembered, at most 1d; 1m is the default."),
			"longest-retry",
			new DurationRange(Duration.ofSeconds(1), Duration.ofDays(365),
					"Write after how long a wait SDKs of providers are not to try again by themselves; 1m is the default."),
			"slot-lease", new DurationRange(Duration.ofSeconds(3), Duration.ofHours(1),
					"Write how long a call keeps its place if its instance dies, from 3s to 1h; 30s is the default."));

	private ValueRules() {
	}

	/**
	 * Checks a value.
	 * @param name the property's full name
	 * @param known the property
	 * @param value its value, placeholders resolved
	 */
	static void check(String name, KnownProperty known, String value) {
		Range range = RANGES.get(known.name());
		DurationRange durations = DURATIONS.get(known.name());
		if (range != null) {
			range.check(name, value);
		}
		else if (durations != null) {
			durations.check(name, value);
		}
		else if (known.type().isEnum()) {
			checkConstant(name, known, value);
		}
		else if (known.name().equals("key-prefix")) {
			checkKeyPrefix(name, value);
		}
	}

	private static void checkKeyPrefix(String name, String value) {
		String remedy = "Write what all keys of this application in Redis begin with; ratelimit is the default.";
		if (value.isBlank()) {
			throw new InvalidConfigurationException(name, "", "is empty", remedy);
		}
		if (value.indexOf('{') >= 0 || value.indexOf('}') >= 0) {
			throw new InvalidConfigurationException(name, value,
					"has braces, which tell a Redis Cluster where keys belong", remedy);
		}
	}

	private static void checkConstant(String name, KnownProperty known, String value) {
		List<String> constants = new ArrayList<>();
		for (Object constant : known.type().getEnumConstants()) {
			constants.add(((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'));
		}
		if (constants.stream().map(PropertyPath::uniform).noneMatch(PropertyPath.uniform(value)::equals)) {
			String remedy = Suggestion.nearest(value, constants)
				.map((nearest) -> "Did you mean " + nearest + "? ")
				.orElse("") + "Write " + OneOf.text(constants) + ".";
			throw new InvalidConfigurationException(name, value, value.isBlank() ? "is empty" : "is not known", remedy);
		}
	}

	/**
	 * The numbers that a property can have.
	 *
	 * @param least the least
	 * @param most the most
	 * @param remedy what to write instead
	 */
	private record Range(long least, long most, String remedy) {

		/**
		 * Checks numbers only: Boot tells well what it cannot convert. An empty text
		 * would become null.
		 */
		void check(String name, String value) {
			if (value.isBlank()) {
				throw new InvalidConfigurationException(name, "", "is empty", this.remedy);
			}
			try {
				long number = Long.parseLong(value.strip());
				if (number < this.least || number > this.most) {
					throw new InvalidConfigurationException(name, value,
							"is " + ((number < this.least) ? "below " + this.least : "above " + this.most),
							this.remedy);
				}
			}
			catch (NumberFormatException ex) {
				return;
			}
		}

	}

	/**
	 * How long a property can be.
	 *
	 * @param least the shortest
	 * @param most the longest
	 * @param remedy what to write instead
	 */
	private record DurationRange(Duration least, Duration most, String remedy) {

		/** Leaves to Boot what is no duration. An empty text would become null. */
		void check(String name, String value) {
			if (value.isBlank()) {
				throw new InvalidConfigurationException(name, "", "is empty", this.remedy);
			}
			Duration duration;
			try {
				duration = DurationStyle.detectAndParse(value.strip());
			}
			catch (IllegalArgumentException ex) {
				return;
			}
			if (duration.compareTo(this.most) > 0) {
				throw invalid(name, value, "is above " + DurationText.of(this.most));
			}
			if (duration.isNegative() || duration.isZero()) {
				throw invalid(name, value, "is not positive");
			}
			if (duration.compareTo(this.least) < 0) {
				throw invalid(name, value, "is below " + DurationText.of(this.least));
			}
		}

		private InvalidConfigurationException invalid(String name, String value, String problem) {
			return new InvalidConfigurationException(name, value, problem, this.remedy);
		}

	}

}
