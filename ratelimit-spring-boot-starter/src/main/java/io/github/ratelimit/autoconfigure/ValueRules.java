package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What single values have to keep, checked before they are converted. */
final class ValueRules {

	private static final Map<String, Range> RANGES = Map.of("ratelimit.memory.max-keys-per-limit",
			new Range(1, Integer.MAX_VALUE, "At least one key has to be remembered; 100000 is the default."),
			"ratelimit.http.ipv6-prefix", new Range(1, 128,
					"Write how many bits of an IPv6 address tell clients apart, from 1 to 128; 64 is the default."));

	private ValueRules() {
	}

	/**
	 * Checks a value.
	 * @param name the property's full name
	 * @param known the property
	 * @param value its value, placeholders resolved
	 */
	static void check(String name, KnownProperty known, String value) {
		Range range = RANGES.get(name);
		if (range != null) {
			range.check(name, value);
		}
		else if (known.type().isEnum()) {
			checkConstant(name, known, value);
		}
	}

	private static void checkConstant(String name, KnownProperty known, String value) {
		List<String> constants = new ArrayList<>();
		for (Object constant : known.type().getEnumConstants()) {
			constants.add(((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'));
		}
		InvalidConfigurationException later = LaterSettings.refuseValue(name, known, value, constants);
		if (later != null) {
			throw later;
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
	private record Range(int least, int most, String remedy) {

		/** Checks numbers only: Boot tells well what it cannot convert. */
		void check(String name, String value) {
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

}
