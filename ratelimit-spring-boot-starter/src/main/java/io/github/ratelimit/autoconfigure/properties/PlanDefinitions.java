package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties.LimitProperties;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.PlanExpression;
import io.github.ratelimit.expression.spel.ExpressionParser;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code plan} and {@code plans} of limits. */
final class PlanDefinitions {

	private final LimitNames names;

	private final ExpressionParser compiler;

	PlanDefinitions(LimitNames names, ExpressionParser compiler) {
		this.names = names;
		this.compiler = compiler;
	}

	/**
	 * Returns the plans of a limit.
	 * @param limit the limit
	 * @param shape what kind it is
	 * @param keys its keys
	 * @param properties its properties
	 * @return the plans, null if it has none
	 */
	@Nullable PlanDefinition read(Limit limit, LimitShape shape, List<KeyExpression> keys, LimitProperties properties) {
		String property = LimitDefinitions.PREFIX + limit.name();
		Map<String, List<String>> texts = this.names.plansOf(limit.name()).plansOf(properties.plans());
		PlanExpression expression = AfterResponses.parse(property + ".plan", properties.plan(),
				this.compiler::requestPlan, "Write an expression for the plan of a call, for example claim('plan').");
		if (texts.isEmpty()) {
			if (expression != null) {
				throw new InvalidConfigurationException(property + ".plan", expression.text(),
						"names a plan, and the limit has no plans",
						"Write them below " + property + ".plans, for example " + property + ".plans.pro: 600/min.");
			}
			return null;
		}
		if (keys.get(0).source().kind().equals(Key.GLOBAL_KIND)) {
			throw new InvalidConfigurationException(property + ".plans", String.join(", ", texts.keySet()),
					"are of callers, and the limit counts all of them together (key: global)",
					"Give the limit another key, or remove its plans.");
		}
		return new PlanDefinition(expression, shape.plans(limit, texts));
	}

}
