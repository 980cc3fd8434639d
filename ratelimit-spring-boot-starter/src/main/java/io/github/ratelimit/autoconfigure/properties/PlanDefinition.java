package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Limit;
import io.github.ratelimit.expression.PlanExpression;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The plans of a limit from the configuration, checked.
 *
 * @param expression the plan of a call, null if a bean returns it
 * @param limits the limit as each plan has it, by the plans' names, at least one
 */
public record PlanDefinition(@Nullable PlanExpression expression, Map<String, Limit> limits) {
}
