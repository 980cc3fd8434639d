package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Suggestion;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties.LimitProperties;
import io.github.ratelimit.expression.AfterResponse;
import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.spel.ExpressionParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the expressions of a limit: its keys, plan and cost, what is determined after the
 * response, and which calls are exempt.
 */
final class LimitExpressions {

	private final ExpressionParser parser;

	private final String name;

	private final String prefix;

	private final LimitProperties properties;

	/**
	 * Prepares to read the expressions.
	 * @param parser parses them
	 * @param name the name of the limit
	 * @param properties its properties
	 */
	LimitExpressions(ExpressionParser parser, String name, LimitProperties properties) {
		this.parser = parser;
		this.name = name;
		this.prefix = LimitDefinitions.PREFIX + name;
		this.properties = properties;
	}

	/**
	 * Returns the keys.
	 * @param meant what may be meant if there is none
	 * @throws InvalidConfigurationException for the first key that cannot be
	 */
	List<KeyExpression> keys(String meant) {
		String property = this.prefix + ".key";
		List<String> texts = this.properties.key().stream().map(String::strip).toList();
		List<KeyExpression> keys = new ArrayList<>();
		for (int i = 0; i < texts.size(); i++) {
			String element = (texts.size() > 1) ? property + "[" + i + "]" : property;
			if (texts.get(i).isEmpty()) {
				throw missingKey(element, meant);
			}
			if (texts.indexOf(texts.get(i)) < i) {
				throw new InvalidConfigurationException(element, texts.get(i), "is in the list twice",
						"Remove it: the first that has a value counts.");
			}
			keys.add(key(element, texts.get(i)));
		}
		if (keys.isEmpty()) {
			throw missingKey(property, meant);
		}
		return keys;
	}

	private static InvalidConfigurationException missingKey(String property, String meant) {
		return new InvalidConfigurationException(property, "", "is missing or empty",
				"Write whose calls are counted: for example header('X-API-Key'), user or ip, or global for all calls "
						+ "together. In YAML, 'key: #id' is an empty key and a comment; an argument such as #id is a key "
						+ "of @RateLimited only." + meant);
	}

	private KeyExpression key(String property, String text) {
		try {
			return this.parser.requestKey(text);
		}
		catch (InvalidExpressionException ex) {
			boolean list = (text.indexOf(',') >= 0 && !property.endsWith("]"));
			throw new InvalidConfigurationException(property, text, ex.problem(),
					list ? ex.remedy() + " Several alternatives are a list: key: [first, second]." : ex.remedy());
		}
	}

	/** Returns the plan of a call, null if there are no plans or a bean returns it. */
	@Nullable Expression<@Nullable String> plan(List<KeyExpression> keys, Set<String> plans) {
		Expression<@Nullable String> plan = parse(this.prefix + ".plan", this.properties.plan(),
				this.parser::requestPlan, "Write an expression for the plan of a call, for example claim('plan').");
		if (plans.isEmpty() && plan != null) {
			throw new InvalidConfigurationException(this.prefix + ".plan", plan.text(),
					"names a plan, but the limit has no plans",
					"Write them below " + this.prefix + ".plans, for example " + this.prefix + ".plans.pro: 600/min.");
		}
		if (!plans.isEmpty() && keys.get(0).source().kind().equals(Key.GLOBAL_KIND)) {
			throw new InvalidConfigurationException(this.prefix + ".plans", String.join(", ", plans),
					"distinguishes callers, but the limit counts all callers together (key: global)",
					"Give the limit another key, or remove its plans.");
		}
		if (plan != null) {
			checkLiterals(plan, plans);
		}
		return plan;
	}

	/**
	 * A plan that a token names may be new; one that the configuration itself names is a
	 * mistake if it is not there.
	 */
	private void checkLiterals(Expression<@Nullable String> plan, Set<String> plans) {
		for (String literal : new TreeSet<>(plan.inputs().literals())) {
			if (!plans.contains(literal)) {
				throw new InvalidConfigurationException(this.prefix + ".plan", plan.text(),
						"names the plan '" + literal + "', which the limit does not have",
						Suggestion.nearest(literal, plans)
							.map((nearest) -> "Did you mean '" + nearest + "'? ")
							.orElse("") + "Its plans are " + String.join(", ", new TreeSet<>(plans))
								+ "; write null for the limit's own rate, or add a rate below " + this.prefix
								+ ".plans.");
			}
		}
	}

	/** Returns the cost, null for 1. */
	@Nullable Expression<Long> cost() {
		return parse(this.prefix + ".cost", this.properties.cost(), this.parser::requestCost,
				"Write how many permits a call costs, as a number or an expression, or remove it for 1.");
	}

	/** Returns what is determined after the response, null if nothing. */
	@Nullable AfterResponse afterResponse(Limit limit) {
		String property = this.prefix + ".count-when";
		Expression<Boolean> countWhen = parse(property, this.properties.countWhen(), this.parser::requestCondition,
				"Write when a call counts, for example status == 401, or remove it.");
		Expression<Long> settle = parse(this.prefix + ".settle", this.properties.settle(), this.parser::requestSettle,
				"Write what a call turned out to cost, for example attribute('usage'), or remove it.");
		if (countWhen != null) {
			checkPaid(property, countWhen.text(), limit);
			if (limit.isPaced()) {
				throw new InvalidConfigurationException(property, countWhen.text(),
						"is evaluated after the response, but calls of the limit '" + this.name
								+ "' are queued before it",
						"Remove it, or remove max-wait.");
			}
		}
		if (settle != null) {
			checkPaid(this.prefix + ".settle", settle.text(), limit);
		}
		return (countWhen != null || settle != null) ? new AfterResponse(countWhen, settle) : null;
	}

	private void checkPaid(String property, String text, Limit limit) {
		if (limit.isConcurrency()) {
			throw new InvalidConfigurationException(property, text,
					"applies to calls that have a cost, but the limit '" + this.name + "' counts calls in flight",
					"Remove it, or give the limit a rate instead of max-concurrent.");
		}
	}

	/** Returns which calls are exempt, null for none. */
	@Nullable Expression<Boolean> unless() {
		return unless(this.parser, this.prefix, this.properties.unless());
	}

	/** Returns the condition of {@code unless} below a limit or a rule, null for none. */
	static @Nullable Expression<Boolean> unless(ExpressionParser parser, String prefix, @Nullable String text) {
		return parse(prefix + ".unless", text, parser::requestExemption,
				"Write which calls are exempt, such as hasRole('PARTNER'), or remove it.");
	}

	private static <E> @Nullable E parse(String property, @Nullable String text, Function<String, E> parser,
			String whatToWrite) {
		if (text == null) {
			return null;
		}
		if (text.isBlank()) {
			throw new InvalidConfigurationException(property, "", "is empty", whatToWrite);
		}
		try {
			return parser.apply(text);
		}
		catch (InvalidExpressionException ex) {
			throw new InvalidConfigurationException(property, text, ex.problem(), ex.remedy());
		}
	}

}
