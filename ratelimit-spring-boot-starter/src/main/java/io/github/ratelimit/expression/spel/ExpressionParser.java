package io.github.ratelimit.expression.spel;

import io.github.ratelimit.Key;
import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.expression.KeyExpression;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BooleanLiteral;

/**
 * Creates keys, costs and plans from the SpEL expressions that developers write into the
 * configuration and into annotations. All errors that can be detected at start-up are
 * detected here: a text that cannot be parsed, a name that does not exist, a function
 * without its name. Input of a client is never parsed; it is only a value.
 *
 * <h2>What an expression may contain</h2> The variables {@code ip}, {@code user},
 * {@code method}, {@code path} and {@code global}; {@code header('…')},
 * {@code cookie('…')}, {@code param('…')}, {@code claim('…')}, {@code attribute('…')},
 * {@code hasRole('…')}, {@code hasAuthority('…')}, {@code inSubnet('…')} and
 * {@code coalesce(a, b)}; beans {@code @name}, classes {@code T(…)}, and everything that
 * SpEL does with values, except assigning. For a method also its arguments {@code #name},
 * or {@code #p0} and {@code #a0} by position.
 *
 * <h2>Keys</h2>
 * <ul>
 * <li>{@code global} is {@link Key#GLOBAL}, and must be the whole expression.
 * <li>{@code ip} is of the kind {@link Key#ADDRESS_KIND}, {@code user} of
 * {@link Key#USER_KIND}, {@code claim('x')} of the kind {@code claim(x)}.
 * <li>If the whole expression is {@code coalesce} or {@code ?:}, its operands are
 * alternatives, each a key expression: the key is of the kind of the first that has a
 * value.
 * <li>If the whole expression, or a whole alternative, is {@code +}, it composes: each
 * operand is a key expression, all must have a value, and two different sequences of
 * values never make one key, whatever they contain. Parentheses within it change nothing.
 * <li>Any other SpEL that reads {@code user} or {@code claim}, and nothing that a client
 * can choose (headers, cookies, parameters, attributes, method, path, arguments, beans),
 * has its own kind, named like the expression, so that a header cannot claim the same
 * key.
 * <li>Everything else is of the kind {@link Key#VALUE_KIND}. There {@code +} is SpEL's
 * own, which makes {@code 'null'} of null.
 * </ul>
 * A value becomes a text by {@link String#valueOf(Object)}. There is no value if it is
 * null, an empty or blank text, an empty {@link java.util.Optional}, a map, a collection
 * or array of other than exactly one element (which is used instead), or an object whose
 * class has no {@code toString} of its own; nor if evaluating fails.
 *
 * <h2>Costs</h2> A number or the text of one. Fractions round up, and values above
 * {@link Long#MAX_VALUE} are reduced to it. No number, a negative one, no value, and a
 * failure all cost 1. Only a number that is written as the cost may be 0: everything else
 * costs at least 1, so that no client can choose to pay nothing.
 *
 * <h2>Plans</h2> The name of a plan, a value that becomes a text as a key's does.
 *
 * <h2>Exemptions</h2> A condition; a call for which it fails is not exempt.
 *
 * <h2>After the response</h2> The actual cost of a call is a number of permits above 0;
 * anything else leaves the reservation as it is. Here the configuration may read
 * {@code status}, but neither {@code user} nor {@code claim}; an annotation reads
 * {@code #result}.
 *
 * <p>
 * Thread-safe, and so are its results. A plain value is read without SpEL, and so are
 * {@code and}, {@code or}, {@code not}, {@code ? :} and comparisons with texts over such
 * values; other expressions are interpreted.
 */
public final class ExpressionParser {

	private static final String WHAT_IS_A_PLAN = "Write where the name of the plan comes from, such as claim('plan').";

	private static final String WHAT_COUNTS = "Write when a call counts, for example status == 401.";

	private static final String WHAT_EXEMPTS = "Write which calls are exempt, such as hasRole('OPS') or inSubnet('10.0.0.0/8').";

	private final BeanReferences beans;

	/**
	 * Creates a parser.
	 * @param beanFactory the source of {@code @name} beans and of classes; null if there
	 * are no beans
	 */
	public ExpressionParser(@Nullable BeanFactory beanFactory) {
		this.beans = new BeanReferences(beanFactory);
	}

	/**
	 * Creates a key from an expression over requests.
	 * @param text the expression
	 * @return the key expression
	 * @throws InvalidExpressionException if the expression cannot be a key
	 */
	public KeyExpression requestKey(String text) {
		return KeyParser.parse(request(text));
	}

	/**
	 * Creates a key from an expression over calls of a method.
	 * @param text the expression
	 * @param method the method, of the class that declares its body
	 * @return the key expression
	 * @throws InvalidExpressionException if the expression cannot be a key, or names an
	 * argument that the method does not have
	 */
	public KeyExpression methodKey(String text, Method method) {
		return KeyParser.parse(method(text, MethodArguments.of(method)));
	}

	/**
	 * Creates a cost from a number or an expression over requests.
	 * @param text a number of permits, 0 or more, or the expression, which never takes
	 * less than 1
	 * @return the cost
	 * @throws InvalidExpressionException if it cannot be a number of permits
	 */
	public Expression<Long> requestCost(String text) {
		return CostParser.cost(request(text));
	}

	/**
	 * Creates a cost from a number or an expression over calls of a method.
	 * @param text a number of permits, 0 or more, or the expression, which never takes
	 * less than 1
	 * @param method the method, of the class that declares its body
	 * @return the cost
	 * @throws InvalidExpressionException if it cannot be a number of permits, or names an
	 * argument that the method does not have
	 */
	public Expression<Long> methodCost(String text, Method method) {
		return CostParser.cost(method(text, MethodArguments.of(method)));
	}

	/**
	 * Creates a plan from an expression over requests.
	 * @param text the expression
	 * @return the plan expression
	 * @throws InvalidExpressionException if the expression cannot name a plan
	 */
	public Expression<@Nullable String> requestPlan(String text) {
		ParsedExpression plan = request(text);
		SpelNode node = plan.parse(WHAT_IS_A_PLAN, (part) -> false);
		if (ParsedExpression.named(node) == VariableOrFunction.GLOBAL) {
			throw plan.invalid("is a key that all calls share, not a plan", WHAT_IS_A_PLAN);
		}
		plan.check(node);
		plan.refuseCondition(node, "plan", "'partner' : null");
		return plan.<@Nullable String>expression(node, ValueToText::text);
	}

	/**
	 * Creates the actual cost of a request after its response, from an expression over
	 * the request and the {@code status} of its response.
	 * @param text the expression
	 * @return the expression
	 * @throws InvalidExpressionException if it cannot be a number of permits
	 */
	public Expression<Long> requestSettle(String text) {
		return CostParser.settle(response(text));
	}

	/**
	 * Creates the actual cost of a method call, from an expression over the call and its
	 * {@code #result}: what the method returned, or what its future or publisher
	 * produced.
	 * @param text the expression
	 * @param method the method, of the class that declares its body
	 * @return the expression
	 * @throws InvalidExpressionException if it cannot be a number of permits, or names an
	 * argument that the method does not have
	 */
	public Expression<Long> methodSettle(String text, Method method) {
		return CostParser.settle(method(text, MethodArguments.of(method).withResult()));
	}

	/**
	 * Creates the condition under which a request is charged after its response, from an
	 * expression over the request and the {@code status} of its response.
	 * @param text the expression
	 * @return the condition
	 * @throws InvalidExpressionException if it cannot be a condition
	 */
	public Expression<Boolean> requestCondition(String text) {
		ParsedExpression condition = response(text);
		SpelNode node = condition.parseAndCheck(WHAT_COUNTS);
		condition.types().checkCondition(node, "status == 401");
		return condition.outcome(node, ExpressionParser::isTrue);
	}

	/**
	 * Makes the condition under which a request is exempt from a limit.
	 * @param text the expression
	 * @return the condition
	 * @throws InvalidExpressionException if it cannot be a condition
	 */
	public Expression<Boolean> requestExemption(String text) {
		return exemption(request(text));
	}

	/**
	 * Makes the condition under which a call of a method is exempt from its limits.
	 * @param text the expression
	 * @param method the method, of the class that declares its body
	 * @return the condition
	 * @throws InvalidExpressionException if it cannot be a condition, or names an
	 * argument that the method does not have
	 */
	public Expression<Boolean> methodExemption(String text, Method method) {
		return exemption(method(text, MethodArguments.of(method)));
	}

	private static Expression<Boolean> exemption(ParsedExpression exemption) {
		SpelNode node = exemption.parseAndCheck(WHAT_EXEMPTS);
		exemption.types().checkCondition(node, "header('X-Tenant') == 'internal'");
		if (node instanceof BooleanLiteral) {
			throw exemption.invalid("is the same for every call",
					WHAT_EXEMPTS + " To try out a limit that refuses no call, write mode: shadow.");
		}
		return exemption.expression(node, Boolean.TRUE::equals);
	}

	private static boolean isTrue(@Nullable Object value) {
		if (value == null || value instanceof Boolean) {
			return Boolean.TRUE.equals(value);
		}
		throw new IllegalStateException("The condition is a " + value.getClass().getName());
	}

	private ParsedExpression request(String text) {
		return new ParsedExpression(text, MethodArguments.none(), this.beans, false);
	}

	private ParsedExpression response(String text) {
		return new ParsedExpression(text, MethodArguments.none(), this.beans, true);
	}

	private ParsedExpression method(String text, MethodArguments arguments) {
		return new ParsedExpression(text, arguments, this.beans, false);
	}

}
