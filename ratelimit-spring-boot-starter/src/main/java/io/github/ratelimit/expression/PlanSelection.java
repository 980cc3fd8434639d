package io.github.ratelimit.expression;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.RegisteredLimit;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Selects the plan of a limit that applies to a call. A call without a plan, or with one
 * that the limit does not have, gets the limit's own rate. Thread-safe.
 */
public final class PlanSelection {

	private static final Log logger = LogFactory.getLog(PlanSelection.class);

	private static final int MAX_REMEMBERED_NAMES = 20;

	private static final int MAX_SHOWN = 40;

	private final BiFunction<ExpressionRoot, Key, @Nullable String> planOf;

	private final Expression.Inputs inputs;

	private final String text;

	/**
	 * Names that the limit does not have: each is logged once, up to a maximum number.
	 */
	private final Set<String> unknown = ConcurrentHashMap.newKeySet();

	private PlanSelection(BiFunction<ExpressionRoot, Key, @Nullable String> planOf, Expression.Inputs inputs,
			String text) {
		this.planOf = planOf;
		this.inputs = inputs;
		this.text = text;
	}

	/**
	 * Returns plans that an expression names.
	 * @param expression which plan a call is on
	 * @return the plans
	 */
	public static PlanSelection of(Expression<@Nullable String> expression) {
		return new PlanSelection((call, key) -> expression.evaluate(call), expression.inputs(), expression.text());
	}

	/**
	 * Returns plans that the application's own code returns for each key.
	 * @param resolved returns the plans, and caches them for a time
	 * @return the plans
	 */
	public static PlanSelection of(PlanResolverCache resolved) {
		return new PlanSelection((call, key) -> resolved.planOf(key), Expression.Inputs.NONE, "");
	}

	LimitHandle handle(RegisteredLimit registered, ExpressionRoot call, Key key) {
		String plan = this.planOf.apply(call, key);
		LimitHandle handle = registered.handle(plan);
		if (handle == null) {
			noteUnknown(registered, Objects.requireNonNull(plan));
			return registered.handle();
		}
		return handle;
	}

	private void noteUnknown(RegisteredLimit registered, String plan) {
		if (this.unknown.size() < MAX_REMEMBERED_NAMES && this.unknown.add(plan)) {
			String limit = registered.name();
			logger.warn("Limit '" + limit + "' has no plan '" + shown(plan) + "', only "
					+ String.join(", ", registered.settings().plans().keySet().stream().sorted().toList())
					+ ": such calls get the limit's own rate. Add it below ratelimit.limits." + limit
					+ ".plans [RL607]");
		}
	}

	/**
	 * A plan may come from a client's input: its line breaks and its length are removed.
	 */
	private static String shown(String plan) {
		return ((plan.length() > MAX_SHOWN) ? plan.substring(0, MAX_SHOWN) + "..." : plan).replaceAll("[^ -~]", "?");
	}

	Expression.Inputs inputs() {
		return this.inputs;
	}

	/** Returns the expression that names them, empty if code does. */
	String text() {
		return this.text;
	}

}
