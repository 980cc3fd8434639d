package io.github.ratelimit.autoconfigure.properties;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.ratelimit.Rate;
import io.github.ratelimit.Suggestion;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.env.EnumerablePropertySource;

/**
 * Refuses properties that have a known name at the wrong place, such as {@code http:}
 * indented below {@code limits:}, and names by which other libraries call the parts of a
 * rate. The configuration is then not what its author sees, so it is not only a warning.
 */
final class MisplacedProperties {

	private static final Set<String> FOREIGN_ROOTS = Set.of("spring", "server", "management", "logging");

	private static final Set<String> BURSTS = Set.of("burst", "capacity", "burstcapacity", "bucketcapacity");

	private static final List<String> PERMITS = List.of("limit", "permits", "limit-for-period", "replenish-rate",
			"tokens", "calls", "quota");

	private static final List<String> PERIODS = List.of("period", "per", "duration", "interval", "time", "window",
			"limit-refresh-period", "refill-period", "time-unit");

	private static final Pattern PATH_AS_NAME = Pattern
		.compile("ratelimit\\.http\\.rules\\.\\[?(/.*?)]?(?:\\.limits(?:\\[0])?)?");

	private final KnownNames root;

	/** Returns the value of a property of a file, null if it has none. */
	private final UnaryOperator<@Nullable String> values;

	MisplacedProperties(KnownNames root, UnaryOperator<@Nullable String> values) {
		this.root = root;
		this.values = values;
	}

	/**
	 * Looks for our properties below another prefix.
	 * @param sources the application's property sources
	 * @throws InvalidConfigurationException for the first one
	 */
	void refuseOtherPrefixes(Iterable<ConfigurationPropertySource> sources) {
		for (ConfigurationPropertySource source : sources) {
			if (source.getUnderlyingSource() instanceof EnumerablePropertySource<?> enumerable) {
				for (String written : enumerable.getPropertyNames()) {
					if (written.indexOf('.') > 0 && LimitNames.uniform(written).contains("ratelim")) {
						refuseOtherPrefix(new ConfiguredProperty(enumerable, written, false,
								ConfigurationPropertyName.adapt(written, '.')));
					}
				}
			}
		}
	}

	private void refuseOtherPrefix(ConfiguredProperty property) {
		ConfigurationPropertyName name = property.name();
		int size = name.getNumberOfElements();
		String first = (size > 0) ? name.getElement(0, Form.UNIFORM) : "";
		if (size > 3 && FOREIGN_ROOTS.contains(first) && name.getElement(1, Form.UNIFORM).equals("ratelimit")
				&& isKnown(name.subName(1))) {
			throw new InvalidConfigurationException(property, property.value(),
					"is below " + first + ", where it has no effect", "Write " + meant(name.subName(2))
							+ ": in YAML, ratelimit: begins in the first column, as " + first + ": does.");
		}
		boolean misspelt = size > 2 && !first.equals("ratelimit") && isNearRoot(first)
				&& Set.of("limits", "clients", "http").contains(name.getElement(1, Form.UNIFORM));
		if (misspelt && isKnown(ConfiguredProperty.ROOT.append(name.subName(1)))) {
			throw new InvalidConfigurationException(property, property.value(),
					"has no effect: its prefix is not ratelimit", "Write " + meant(name.subName(1)) + ".");
		}
	}

	private static boolean isNearRoot(String name) {
		return Suggestion.nearest(name, List.of("ratelimit")).isPresent();
	}

	private static String meant(ConfigurationPropertyName belowRoot) {
		return ConfiguredProperty.written(ConfiguredProperty.ROOT.append(belowRoot));
	}

	/**
	 * Refuses a property that is not known at its place and would be at another one.
	 * @param property the property, of a file
	 * @throws InvalidConfigurationException if it is known elsewhere
	 */
	void refuse(ConfiguredProperty property) {
		refusePathAsName(property);
		refuseTooDeep(property);
		refuseNotDeepEnough(property);
		refusePartOfRate(property);
	}

	private void refuseTooDeep(ConfiguredProperty property) {
		ConfigurationPropertyName name = property.name();
		int size = name.getNumberOfElements();
		for (int extra = 1; extra <= 2 && size - extra > 2; extra++) {
			ConfigurationPropertyName meant = ConfiguredProperty.ROOT.append(name.subName(1 + extra));
			if (!name.isNumericIndex(1 + extra) && isKnown(meant)) {
				String moved = name.getElement(1 + extra, Form.ORIGINAL);
				throw new InvalidConfigurationException(property, property.value(),
						"is below " + name.getElement(extra, Form.ORIGINAL) + ", where it has no effect",
						"Write " + ConfiguredProperty.written(meant) + ": in YAML, indent " + moved + ": as deep as "
								+ name.getElement(1, Form.ORIGINAL) + ":.");
			}
		}
	}

	/** Boot's name of a path has lost its slashes, so this reads it as it is written. */
	private static void refusePathAsName(ConfiguredProperty property) {
		Matcher matcher = PATH_AS_NAME.matcher(property.written());
		if (matcher.matches()) {
			String rule = "ratelimit.http.rules[0]";
			throw new InvalidConfigurationException(property, property.value(), "is not in a list of rules",
					"Write " + rule + ".path: " + matcher.group(1) + " and " + rule + ".limits: " + property.value()
							+ ": in YAML, each rule below rules: begins with a dash, as in \"- path: "
							+ matcher.group(1) + "\".");
		}
	}

	private void refuseNotDeepEnough(ConfiguredProperty property) {
		ConfigurationPropertyName name = property.name();
		ConfigurationPropertyName dashed = withDash(name);
		if (dashed != null && isKnown(dashed)) {
			throw new InvalidConfigurationException(property, property.value(), "is not in a list of rules",
					"Write " + ConfiguredProperty.written(dashed)
							+ ": in YAML, each rule below rules: begins with a dash, as in \"- path: /v1/**\".");
		}
		if (this.root.find(name, 1) != null) {
			return;
		}
		for (String group : this.root.names()) {
			ConfigurationPropertyName below = ConfiguredProperty.ROOT.append(group).append(name.subName(1));
			ConfigurationPropertyName meant = Objects.requireNonNullElse(withDash(below), below);
			if (isKnown(meant)) {
				throw new InvalidConfigurationException(property, property.value(), "has no effect at this place",
						"Write " + ConfiguredProperty.written(meant) + ": in YAML, " + name.getElement(1, Form.ORIGINAL)
								+ ": belongs below " + group + ":, indented.");
			}
		}
	}

	/**
	 * Returns the name with an index behind rules, null if that is not what is missing.
	 */
	private static @Nullable ConfigurationPropertyName withDash(ConfigurationPropertyName name) {
		for (int i = 1; i < Math.min(3, name.getNumberOfElements() - 1); i++) {
			if (name.getElement(i, Form.UNIFORM).equals("rules") && !name.isNumericIndex(i + 1)) {
				return name.chop(i + 1).append("[0]").append(name.subName(i + 1));
			}
		}
		return null;
	}

	/** Whether a value can stand here. */
	private boolean isKnown(ConfigurationPropertyName name) {
		KnownNames.Match match = this.root.match(name);
		return match.isWhole() && !match.node().isGroup();
	}

	private void refusePartOfRate(ConfiguredProperty property) {
		ConfigurationPropertyName name = property.name();
		if (name.getNumberOfElements() != 4 || !name.getElement(1, Form.UNIFORM).equals("limits")) {
			return;
		}
		String part = name.getElement(3, Form.UNIFORM);
		String limit = ConfiguredProperty.written(name.chop(3));
		String rate = limit + ".rate";
		if (BURSTS.contains(part)) {
			throw new InvalidConfigurationException(property, property.value(),
					"has no effect: a burst is part of a rate",
					"Write " + rate + ": " + burst(rate, property.value()) + ", and remove this property.");
		}
		if (isAmong(PERMITS, part) || isAmong(PERIODS, part)) {
			String value = property.value();
			String meant = isAmong(PERMITS, part) ? rate(value, find(limit, PERIODS))
					: rate(find(limit, PERMITS), value);
			throw new InvalidConfigurationException(property, value,
					"has no effect: a rate is one text, permits/period",
					"Write " + rate + ": " + meant + ", and remove this property.");
		}
	}

	private static boolean isAmong(List<String> names, String uniform) {
		return names.stream().map(LimitNames::uniform).anyMatch(uniform::equals);
	}

	private @Nullable String find(String limit, List<String> names) {
		for (String name : names) {
			String value = this.values.apply(limit + "." + name);
			if (value != null) {
				return value;
			}
		}
		return null;
	}

	/** Returns the rate of two values, either of which may be a whole rate or nothing. */
	private static String rate(@Nullable String permits, @Nullable String period) {
		if (permits != null && ValueRules.isRate(permits)) {
			return permits;
		}
		if (period != null && ValueRules.isRate(period)) {
			return period;
		}
		String number = (permits != null && ValueRules.isNumber(permits)) ? permits : "10";
		String rate = number + "/" + period;
		return ValueRules.isRate(rate) ? Rate.parse(rate).toString() : number + "/min";
	}

	private String burst(String rate, String burst) {
		String configured = this.values.apply(rate);
		boolean plain = configured != null && configured.indexOf(',') < 0
				&& !configured.toLowerCase(Locale.ROOT).contains("burst");
		return (plain ? configured : "60/min") + " burst " + (ValueRules.isNumber(burst) ? burst : "90");
	}

}
