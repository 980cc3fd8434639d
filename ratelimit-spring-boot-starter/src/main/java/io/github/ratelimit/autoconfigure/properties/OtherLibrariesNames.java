package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Rate;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * Refuses the names by which other libraries call the parts of a rate, such as
 * {@code limit-for-period}: without them the limit would be another one.
 */
final class OtherLibrariesNames {

	private static final List<String> BURSTS = List.of("burst", "capacity", "burst-capacity", "bucket-capacity");

	private static final List<String> PERMITS = List.of("limit", "permits", "limit-for-period", "replenish-rate",
			"tokens", "calls", "quota");

	private static final List<String> PERIODS = List.of("period", "per", "duration", "interval", "time", "window",
			"limit-refresh-period", "refill-period", "time-unit");

	private final List<ConfiguredProperty> properties;

	/**
	 * Creates it.
	 * @param properties everything that is configured
	 */
	OtherLibrariesNames(List<ConfiguredProperty> properties) {
		this.properties = properties;
	}

	/**
	 * Refuses an unknown property of a limit that is meant as a part of its rate.
	 * @param property the property, of a file
	 * @throws InvalidConfigurationException if it is one, with the rate to write instead
	 */
	void refuse(ConfiguredProperty property) {
		ConfigurationPropertyName name = property.name();
		if (name.getNumberOfElements() != 4 || !name.getElement(1, Form.UNIFORM).equals("limits")) {
			return;
		}
		String part = name.getElement(3, Form.UNIFORM);
		String limit = ConfiguredProperty.written(name.chop(3));
		String value = property.value();
		if (isAmong(BURSTS, part)) {
			throw invalid(property, "has no effect: a burst is part of a rate", limit,
					burst(find(limit, List.of("rate")), value));
		}
		if (isAmong(PERMITS, part)) {
			throw invalid(property, "has no effect: a rate is one text, permits/period", limit,
					rate(value, find(limit, PERIODS)));
		}
		if (isAmong(PERIODS, part)) {
			throw invalid(property, "has no effect: a rate is one text, permits/period", limit,
					rate(find(limit, PERMITS), value));
		}
	}

	private static boolean isAmong(List<String> names, String uniform) {
		return names.stream().map(LimitNames::uniform).anyMatch(uniform::equals);
	}

	private static InvalidConfigurationException invalid(ConfiguredProperty property, String problem, String limit,
			String rate) {
		return property.invalid(problem, "Write " + limit + ".rate: " + rate + ", and remove this property.");
	}

	private @Nullable String find(String limit, List<String> names) {
		return names.stream()
			.flatMap((name) -> this.properties.stream()
				.filter((property) -> property.written().equals(limit + "." + name)))
			.map(ConfiguredProperty::value)
			.findFirst()
			.orElse(null);
	}

	/** Returns the rate of two values, either of which may be a whole rate or nothing. */
	private static String rate(@Nullable String permits, @Nullable String period) {
		if (permits != null && AllowedValues.isRate(permits)) {
			return permits;
		}
		if (period != null && AllowedValues.isRate(period)) {
			return period;
		}
		String number = (permits != null && AllowedValues.isNumber(permits)) ? permits : "10";
		String rate = number + "/" + period;
		return AllowedValues.isRate(rate) ? Rate.parse(rate).toString() : number + "/min";
	}

	private static String burst(@Nullable String rate, String burst) {
		boolean plain = rate != null && rate.indexOf(',') < 0 && !rate.toLowerCase(Locale.ROOT).contains("burst");
		return (plain ? rate : "60/min") + " burst " + (AllowedValues.isNumber(burst) ? burst : "90");
	}

}
