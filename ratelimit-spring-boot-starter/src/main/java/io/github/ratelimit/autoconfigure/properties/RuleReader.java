package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Suggestion;
import io.github.ratelimit.UnknownLimitException;
import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.provider.AnswerStyles;
import io.github.ratelimit.web.path.Rule;
import io.github.ratelimit.web.path.RulePhase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.util.StringUtils;
import org.springframework.web.util.pattern.PatternParseException;

/** Reads the rules under {@code ratelimit.http.rules}. */
public final class RuleReader {

	private static final List<String> METHODS = Arrays.stream(HttpMethod.values()).map(HttpMethod::name).toList();

	private final LimitPolicies policies;

	private final AnswerStyles styles;

	private final ExpressionParser expressions;

	/**
	 * Creates it.
	 * @param policies the limits by their names
	 * @param styles the styles of bodies
	 * @param expressions parses conditions
	 */
	public RuleReader(LimitPolicies policies, AnswerStyles styles, ExpressionParser expressions) {
		this.policies = policies;
		this.styles = styles;
		this.expressions = expressions;
	}

	/**
	 * Reads the rules.
	 * @param properties the rules as they are bound
	 * @return the rules
	 * @throws InvalidConfigurationException for the first value that cannot be
	 */
	public List<Rule> read(List<RateLimitProperties.Http.Rule> properties) {
		List<Rule> rules = new ArrayList<>();
		for (int i = 0; i < properties.size(); i++) {
			rules.add(read("ratelimit.http.rules[" + i + "]", properties.get(i)));
		}
		return rules;
	}

	private Rule read(String name, RateLimitProperties.Http.Rule properties) {
		String path = path(name + ".path", properties.path());
		List<LimitPolicy> limits = limits(name + ".limits", properties.limits());
		checkMethods(name + ".methods", properties.methods());
		Expression<Boolean> unless = LimitExpressions.unless(this.expressions, name, properties.unless());
		checkPhase(name + ".when", properties.when(), limits, unless);
		if (unless != null) {
			LimitPolicy.warnIfChosenByClient("Rule " + name, unless);
		}
		String body = body(name + ".body", properties.body());
		List<LimitPolicy> policies = limits.stream().distinct().map((limit) -> limit.withUnless(unless)).toList();
		try {
			return Rule.of(path, properties.methods(), policies, properties.when(), body);
		}
		catch (PatternParseException ex) {
			throw new InvalidConfigurationException(name + ".path", path, "is not a path pattern: " + ex.getMessage(),
					"Write a pattern of Spring MVC, for example /v1/**, /v1/*/status or /v1/{id}.");
		}
	}

	private static String path(String property, @Nullable String path) {
		if (!StringUtils.hasText(path)) {
			throw new InvalidConfigurationException(property, "", "is missing",
					"Write a path pattern, for example /v1/**, or /** for every path.");
		}
		if (path.contains("://")) {
			throw new InvalidConfigurationException(property, path, "is an address, not a path",
					"Write the path alone, for example /v1/**.");
		}
		return path;
	}

	private List<LimitPolicy> limits(String property, List<String> names) {
		List<LimitPolicy> limits = names.stream()
			.filter(StringUtils::hasText)
			.map((name) -> limit(property, name.strip()))
			.toList();
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
			String remedy = AllowedValues.isRate(name)
					? "A rule names limits: write for example ratelimit.limits.per-address.rate: " + name
							+ " and ratelimit.limits.per-address.key: ip, and here limits: per-address."
					: ex.nearest()
						.map((nearest) -> "Write '" + nearest + "', or configure ratelimit.limits." + name + ".")
						.orElseGet(() -> ex.getMessage() + " Name one that exists, or configure ratelimit.limits."
								+ name + ".");
			throw new InvalidConfigurationException(property, name, "names a limit that does not exist", remedy);
		}
	}

	/** A mistyped method would result in a rule that never matches. */
	private static void checkMethods(String property, List<String> methods) {
		for (String method : methods) {
			String name = method.strip().toUpperCase(Locale.ROOT);
			if (!name.matches("[A-Z][A-Z-]*")) {
				throw new InvalidConfigurationException(property, method, "is not an HTTP method",
						"Write methods such as GET, POST, or leave them out for all.");
			}
			if (!METHODS.contains(name)) {
				Suggestion.nearest(name, METHODS).ifPresent((nearest) -> {
					throw new InvalidConfigurationException(property, method, "is not an HTTP method",
							"Did you mean " + nearest + "?");
				});
			}
		}
	}

	private static void checkPhase(String property, RulePhase phase, List<LimitPolicy> limits,
			@Nullable Expression<Boolean> unless) {
		if (phase != RulePhase.BEFORE_SECURITY) {
			return;
		}
		for (LimitPolicy limit : limits) {
			if (limit.looksAtSecurity()) {
				throw tooEarly(property,
						"limit '" + limit.registered().limit().name() + "', which reads the authenticated caller");
			}
		}
		if (unless != null && unless.inputs().securityContext()) {
			throw tooEarly(property, "unless: " + unless.text());
		}
	}

	private static InvalidConfigurationException tooEarly(String property, String what) {
		return new InvalidConfigurationException(property, "before-security",
				"is too early for " + what + ": no caller is authenticated at that time",
				"Leave it out, or write after-security.");
	}

	private @Nullable String body(String property, @Nullable String style) {
		if (!StringUtils.hasText(style)) {
			return null;
		}
		ConfiguredStyles.find(property, style, this.styles::body);
		return style;
	}

}
