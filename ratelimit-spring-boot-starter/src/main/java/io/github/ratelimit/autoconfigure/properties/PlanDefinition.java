package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Limit;
import io.github.ratelimit.expression.PlanExpression;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The plans of a limit as they are configured, checked.
 *
 * @param expression which plan a call is on, null where a bean says it
 * @param limits the limit as each plan has it, by the plans' names, at least one
 */
public record PlanDefinition(@Nullable PlanExpression expression, Map<String, Limit> limits) {
}
