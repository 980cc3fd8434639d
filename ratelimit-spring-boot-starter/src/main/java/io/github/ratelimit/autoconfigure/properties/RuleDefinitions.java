package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Suggestion;
import io.github.ratelimit.UnknownLimitException;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.provider.AnswerStyles;
import io.github.ratelimit.provider.UnknownStyleException;
import io.github.ratelimit.web.path.Rule;
import io.github.ratelimit.web.path.RulePhase;
import io.github.ratelimit.web.request.Identity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.util.StringUtils;
import org.springframework.web.util.pattern.PatternParseException;

/** Reads the rules under {@code ratelimit.http.rules}. */
public final class RuleDefinitions {

	private static final List<String> METHODS = Arrays.stream(HttpMethod.values()).map(HttpMethod::name).toList();

	private static final Set<String> WITH_BODIES = Set.of("POST", "PUT", "PATCH");

	private static final Pattern PARAMETER = Pattern.compile("\\bparam\\s*\\(");

	private static final Log logger = LogFactory.getLog(RuleDefinitions.class);

	private final LimitPolicies policies;

	private final AnswerStyles styles;

	private final Identity identity;

	/**
	 * Creates it.
	 * @param policies the limits by their names
	 * @param styles the styles of bodies
	 * @param identity who is authenticated
	 */
	public RuleDefinitions(LimitPolicies policies, AnswerStyles styles, Identity identity) {
		this.policies = policies;
		this.styles = styles;
		this.identity = identity;
	}

	/**
	 * Reads the rules, and warns of those that mean less than they seem to.
	 * @param properties the rules as they are bound
	 * @return the rules
	 * @throws InvalidConfigurationException for the first value that cannot be
	 */
	public List<Rule> read(List<RateLimitProperties.Http.Rule> properties) {
		List<Rule> rules = new ArrayList<>();
		for (int i = 0; i < properties.size(); i++) {
			rules.add(read("ratelimit.http.rules[" + i + "]", properties.get(i)));
		}
		if (this.identity == Identity.NONE) {
			rules.stream()
				.flatMap((rule) -> rule.policies().stream())
				.distinct()
				.forEach(RuleDefinitions::warnOfNobody);
		}
		return rules;
	}

	private static void warnOfNobody(LimitPolicy limit) {
		if (limit.looksAtSecurity()) {
			logger.warn("Limit '" + limit.registered().limit().name() + "' looks at user or claim, but Spring Security "
					+ "is not on the class path: nobody is ever authenticated, and every call is one without that value");
		}
	}

	private Rule read(String name, RateLimitProperties.Http.Rule properties) {
		String path = path(name + ".path", properties.getPath());
		List<LimitPolicy> limits = limits(name + ".limits", properties.getLimits());
		checkMethods(name + ".methods", properties.getMethods());
		checkPhase(name + ".when", properties.getWhen(), limits);
		String body = body(name + ".body", properties.getBody());
		try {
			Rule rule = Rule.of(path, properties.getMethods(), limits, properties.getWhen(), body);
			warnOfForms(rule);
			if (properties.getWhen() == RulePhase.AUTO && this.identity != Identity.NONE) {
				warnOfLaterLimits(name, rule);
			}
			return rule;
		}
		catch (PatternParseException ex) {
			throw new InvalidConfigurationException(name + ".path", path, "is no path pattern: " + ex.getMessage(),
					"Write a pattern of Spring MVC, for example /v1/**, /v1/*/status or /v1/{id}.");
		}
	}

	/**
	 * A form's fields would have to be read from the body, which is the application's.
	 */
	private static void warnOfForms(Rule rule) {
		if (!rule.methods().isEmpty() && rule.methods().stream().noneMatch(WITH_BODIES::contains)) {
			return;
		}
		for (LimitPolicy limit : rule.policies()) {
			List<String> texts = limit.expressions().stream().filter((text) -> PARAMETER.matcher(text).find()).toList();
			if (!texts.isEmpty()) {
				String name = limit.registered().limit().name();
				logger.warn("Limit '" + name + "' reads " + String.join(", ", texts) + ", and rule '" + rule
						+ "' is also about requests with bodies: param(...) reads the query string and never the fields of "
						+ "a form, so a form has no such value, and a key without one is the next key, or what "
						+ "on-missing-key says (the address). To count by a field, annotate the controller's method: "
						+ "@RateLimited(value = \"" + name + "\", key = \"#field\")"
						+ (rule.methods().isEmpty() ? ". If only query strings are meant, write methods: GET" : ""));
			}
		}
	}

	/**
	 * One limit takes all others of its rule behind Spring Security, since all or nothing
	 * holds among them.
	 */
	private static void warnOfLaterLimits(String name, Rule rule) {
		String others = names(rule, false);
		if (rule.phase() == RulePhase.AFTER_SECURITY && !others.isEmpty()) {
			logger.warn("Rule '" + rule + "' (" + name + ") applies after Spring Security, because it has limits that "
					+ "look at user or claim: " + names(rule, true) + ". So its other limits do not count calls that "
					+ "Spring Security refuses, such as guesses of passwords: " + others + ". To count those too, name "
					+ "them in a rule of their own; if it is meant so, write " + name + ".when: after-security");
		}
	}

	private static String names(Rule rule, boolean looksAtSecurity) {
		return rule.policies()
			.stream()
			.filter((limit) -> limit.looksAtSecurity() == looksAtSecurity)
			.map((limit) -> limit.registered().limit().name())
			.collect(Collectors.joining(", "));
	}

	private static String path(String property, @Nullable String path) {
		if (!StringUtils.hasText(path)) {
			throw new InvalidConfigurationException(property, "", "is missing",
					"Write a path pattern, for example /v1/**, or /** for every path.");
		}
		return path;
	}

	private List<LimitPolicy> limits(String property, List<String> names) {
		List<LimitPolicy> limits = new ArrayList<>();
		for (String name : names) {
			if (StringUtils.hasText(name)) {
				limits.add(limit(property, name.strip()));
			}
		}
		if (limits.isEmpty()) {
			throw new InvalidConfigurationException(property, "", "names no limit",
					"Name at least one of those under ratelimit.limits.");
		}
		return limits;
	}

	private LimitPolicy limit(String property, String name) {
		try {
			return this.policies.get(name);
		}
		catch (UnknownLimitException ex) {
			throw new InvalidConfigurationException(property, name, "names a limit that does not exist",
					ex.nearest()
						.map((nearest) -> "Write '" + nearest + "', or configure ratelimit.limits." + name + ".")
						.orElseGet(ex::getMessage));
		}
	}

	/** A mistyped method would make a rule that never matches. */
	private static void checkMethods(String property, List<String> methods) {
		for (String method : methods) {
			String name = method.strip().toUpperCase(Locale.ROOT);
			if (!name.matches("[A-Z][A-Z-]*")) {
				throw new InvalidConfigurationException(property, method, "is no HTTP method",
						"Write methods such as GET, POST, or leave them out for all.");
			}
			if (!METHODS.contains(name)) {
				Suggestion.nearest(name, METHODS).ifPresent((nearest) -> {
					throw new InvalidConfigurationException(property, method, "is no HTTP method",
							"Did you mean " + nearest + "?");
				});
			}
		}
	}

	private static void checkPhase(String property, RulePhase phase, List<LimitPolicy> limits) {
		if (phase != RulePhase.BEFORE_SECURITY) {
			return;
		}
		for (LimitPolicy limit : limits) {
			if (limit.looksAtSecurity()) {
				throw new InvalidConfigurationException(property, "before-security",
						"is too early for limit '" + limit.registered().limit().name()
								+ "', which looks at user or claim: nobody is authenticated by then",
						"Leave it out, or write after-security.");
			}
		}
	}

	private @Nullable String body(String property, @Nullable String style) {
		if (!StringUtils.hasText(style)) {
			return null;
		}
		try {
			this.styles.body(style);
			return style;
		}
		catch (UnknownStyleException ex) {
			throw UnknownStyles.invalid(property, style, ex);
		}
	}

}
