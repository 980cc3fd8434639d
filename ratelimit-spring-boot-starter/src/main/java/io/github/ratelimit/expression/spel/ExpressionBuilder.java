package io.github.ratelimit.expression.spel;

import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.expression.CostExpression;
import io.github.ratelimit.expression.ExemptionExpression;
import io.github.ratelimit.expression.ExpressionInputs;
import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.OutcomeExpression;
import io.github.ratelimit.expression.PlanExpression;
import io.github.ratelimit.permit.LimitedRequest;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BooleanLiteral;
import org.springframework.expression.spel.ast.Elvis;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.ast.NullLiteral;
import org.springframework.expression.spel.ast.SpelNodeImpl;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.support.StandardEvaluationContext;

/** Turns the text of one expression into an object that can be evaluated. */
final class ExpressionBuilder {

	private static final String WHAT_IS_A_KEY = "Write " + NameCatalogue.VALUES
			+ "; in YAML quote what begins with # or @.";

	private static final String WHAT_IS_A_PLAN = "Write where the name of the plan comes from, such as claim('plan').";

	private static final String WHAT_IS_A_COST = "Write a number of permits, such as 500, or leave the cost out for 1.";

	private static final String WHAT_SETTLES = "Write what a call turned out to cost, such as #result.usage.totalTokens "
			+ "on a method or attribute('usage') in the configuration.";

	private static final String WHAT_EXEMPTS = "Write which calls are exempt, such as hasRole('OPS') or inSubnet('10.0.0.0/8').";

	private final String text;

	private final MethodArguments arguments;

	private final StandardEvaluationContext shared;

	private final ExpressionValidator check;

	private final BeanReferences beans;

	ExpressionBuilder(String text, MethodArguments arguments, BeanReferences beans, StandardEvaluationContext shared,
			boolean afterResponse) {
		this.text = text;
		this.arguments = arguments;
		this.shared = shared;
		this.beans = beans;
		this.check = new ExpressionValidator(text, arguments, beans, shared.getTypeLocator(), afterResponse);
	}

	/** Returns the syntax tree of the text, its names unchecked. */
	private SpelNodeImpl tree(String emptyRemedy) {
		return ExpressionText.parse(this.text, emptyRemedy, (part) -> false);
	}

	KeyExpression key() {
		SpelNodeImpl node = ExpressionText.parse(this.text, WHAT_IS_A_KEY, this::isKey);
		ComposedKeyPart part = wholeKey(node);
		return new KeyExpression(new KeySource(this.text, part.kinds(), part.composed()),
				inputs(node).withNeedsRequest(part.needsRequest()), part::key);
	}

	private boolean isKey(String part) {
		try {
			new ExpressionBuilder(part, this.arguments, this.beans, this.shared, false).key();
			return true;
		}
		catch (InvalidExpressionException ex) {
			return false;
		}
	}

	private ComposedKeyPart wholeKey(SpelNodeImpl node) {
		if (SyntaxTree.variable(node) == RequestVariable.GLOBAL) {
			return new ComposedKeyPart.Constant(Key.GLOBAL);
		}
		this.check.check(node);
		refuseCondition(node, "key", "user : ip");
		return part(node);
	}

	/** Two values for all calls are seldom meant. */
	private void refuseCondition(SpelNode node, String what, String example) {
		if (SyntaxTree.isCondition(node)) {
			throw invalid("is true or false, not a " + what, "Write which " + what + " it selects, such as \""
					+ this.text.strip() + " ? " + example + "\", in double quotes where it is in YAML.");
		}
	}

	/** Returns what a checked expression depends on. */
	private ExpressionInputs inputs(SpelNode node) {
		Set<String> undeclared = new HashSet<>();
		Set<String> reading = new HashSet<>();
		SyntaxTree.forEachBean(node, (bean, method) -> {
			Boolean stated = this.beans.readsSecurityContext(bean.getName(), method);
			if (stated == null) {
				undeclared.add(bean.getName());
			}
			else if (stated) {
				reading.add(bean.getName());
			}
		});
		return new ExpressionInputs(SyntaxTree.looksAtSecurity(node) || !reading.isEmpty(),
				SyntaxTree.isChosenByClient(node), SyntaxTree.looksAtAddress(node), SyntaxTree.needsRequest(node),
				undeclared);
	}

	private ComposedKeyPart part(SpelNodeImpl node) {
		if (SyntaxTree.isSum(node)) {
			List<ComposedKeyPart> parts = new ArrayList<>();
			addOperands(node, parts);
			return new ComposedKeyPart.Composition(List.copyOf(parts));
		}
		if (SyntaxTree.isCoalesce(node) || node instanceof Elvis) {
			return new ComposedKeyPart.Alternatives(IntStream.range(0, node.getChildCount())
				.mapToObj((child) -> part((SpelNodeImpl) node.getChild(child)))
				.toList());
		}
		if (node instanceof Literal literal) {
			return constant(literal);
		}
		if (node instanceof VariableReference) {
			checkHasText(node);
		}
		return new ComposedKeyPart.Value(kind(node), text(node), SyntaxTree.needsRequest(node));
	}

	private void addOperands(SpelNodeImpl node, List<ComposedKeyPart> parts) {
		if (SyntaxTree.isSum(node)) {
			addOperands((SpelNodeImpl) node.getChild(0), parts);
			addOperands((SpelNodeImpl) node.getChild(1), parts);
		}
		else {
			parts.add(part(node));
		}
	}

	private ComposedKeyPart constant(Literal literal) {
		String constant = (literal instanceof NullLiteral) ? "" : String.valueOf(literal.getLiteralValue().getValue());
		if (constant.isEmpty()) {
			throw invalid("contains " + ((literal instanceof NullLiteral) ? "null" : "an empty text")
					+ ", which is never a value", "Omit it; the parts of a key need no separator.");
		}
		return new ComposedKeyPart.Constant(Key.of(constant));
	}

	private void checkHasText(SpelNode argument) {
		String name = SyntaxTree.argumentName(argument);
		Class<?> type = this.arguments.type(name);
		if (type == null || type.isPrimitive()) {
			return;
		}
		if (type.isArray() || Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type)) {
			String element = Map.class.isAssignableFrom(type) ? "['id']" : "[0]";
			throw invalid("uses #" + name + " as a key, but it is a " + type.getSimpleName() + ", not a single value",
					"Write the value that is meant, such as #" + name + element + ".");
		}
		boolean mayBeSubclass = type.isInterface() || type == Object.class || type == Optional.class
				|| Modifier.isAbstract(type.getModifiers());
		if (!mayBeSubclass && !KeyTextConversion.declaresToString(type)) {
			throw invalid("uses #" + name + " as a key, but " + type.getSimpleName() + " has no toString() of its own",
					"Write the property that is meant, such as #" + name + ".id, or give " + type.getSimpleName()
							+ " a toString().");
		}
	}

	/**
	 * A value that only the application's own tokens and sessions contain has its own
	 * kind, so that no header can name the same key.
	 */
	private String kind(SpelNode node) {
		RequestVariable variable = SyntaxTree.variable(node);
		if (variable != null) {
			return variable.kind();
		}
		RequestFunction function = SyntaxTree.function(node);
		String name = (function != null) ? SyntaxTree.literalName(node) : null;
		if (function != null && name != null) {
			return function.kind(name);
		}
		boolean trusted = SyntaxTree.looksAtSecurity(node) && !SyntaxTree.looksAtClient(node);
		return trusted ? node.toStringAST() : Key.VALUE_KIND;
	}

	PlanExpression plan() {
		SpelNodeImpl node = tree(WHAT_IS_A_PLAN);
		if (SyntaxTree.variable(node) == RequestVariable.GLOBAL) {
			throw invalid("is a key that all calls share, not a plan", WHAT_IS_A_PLAN);
		}
		this.check.check(node);
		refuseCondition(node, "plan", "'partner' : null");
		return new PlanExpression(this.text, inputs(node), SyntaxTree.literalResults(node), text(node));
	}

	CostExpression cost() {
		BigDecimal number = PermitConversion.decimal(this.text.strip());
		return (number != null) ? constantCost(number) : computedCost(tree(WHAT_IS_A_COST));
	}

	private CostExpression constantCost(BigDecimal number) {
		if (number.signum() < 0) {
			throw invalid("is a negative number of permits", "Write 0 or more; permits are given back by other means.");
		}
		long permits = PermitConversion.of(number);
		return new CostExpression(this.text, ExpressionInputs.NONE, (call) -> permits);
	}

	/** The client may choose the values that it reads, and no client may pay nothing. */
	private CostExpression computedCost(SpelNodeImpl node) {
		this.check.check(node);
		if (node instanceof Literal literal) {
			throw notANumber(literal.toStringAST());
		}
		checkIsNumber(node);
		Function<ExpressionRoot, Long> permits = reader(node).safe(this.text, PermitConversion::of);
		return new CostExpression(this.text, inputs(node),
				(call) -> Math.max(PermitConversion.DEFAULT, permits.apply(call)));
	}

	OutcomeExpression<Long> settle() {
		SpelNodeImpl node = tree(WHAT_SETTLES);
		this.check.check(node);
		if (node instanceof Literal) {
			throw invalid("is the same for every call",
					"Write it as the cost, or write an expression that depends on the call.");
		}
		checkIsNumber(node);
		ValueReader reader = reader(node);
		return new OutcomeExpression<>(this.text, (call) -> PermitConversion.actual(reader.read(call)),
				LimitedRequest.UNKNOWN, "what it had reserved stays taken");
	}

	OutcomeExpression<Boolean> condition() {
		SpelNodeImpl node = tree("Write when a call counts, for example status == 401.");
		this.check.check(node);
		refuseValue(node, "status == 401");
		ValueReader reader = reader(node);
		return new OutcomeExpression<>(this.text, (call) -> isTrue(reader.read(call)), true, "it was counted");
	}

	ExemptionExpression exemption() {
		SpelNodeImpl node = tree(WHAT_EXEMPTS);
		this.check.check(node);
		refuseValue(node, "header('X-Tenant') == 'internal'");
		if (node instanceof BooleanLiteral) {
			throw invalid("is the same for every call",
					WHAT_EXEMPTS + " To try out a limit that refuses no call, write mode: shadow.");
		}
		return new ExemptionExpression(this.text, inputs(node),
				reader(node).safe(this.text, Boolean.TRUE::equals)::apply);
	}

	private void refuseValue(SpelNode node, String example) {
		boolean constant = node instanceof Literal && !(node instanceof BooleanLiteral);
		Class<?> type = SyntaxTree.declaredType(node, this.arguments);
		if (constant || (type != null && type != boolean.class && type != Boolean.class && type != Object.class)) {
			throw invalid("is a value, not a condition", "Compare it, for example " + example + ".");
		}
	}

	private static boolean isTrue(@Nullable Object value) {
		if (value == null || value instanceof Boolean) {
			return Boolean.TRUE.equals(value);
		}
		throw new IllegalStateException("The condition is a " + value.getClass().getName());
	}

	private void checkIsNumber(SpelNode node) {
		String name = (node instanceof VariableReference) ? SyntaxTree.argumentName(node) : "";
		Class<?> type = this.arguments.type(name);
		if (type == null) {
			return;
		}
		boolean number = (type.isPrimitive() && type != boolean.class && type != char.class) || type == Object.class
				|| type.isInterface() || Number.class.isAssignableFrom(type)
				|| CharSequence.class.isAssignableFrom(type) || type.getName().startsWith("java.util.Optional");
		if (!number) {
			throw notANumber("#" + name + ", which is a " + type.getSimpleName() + ",");
		}
	}

	private InvalidExpressionException notANumber(String what) {
		return invalid("uses " + what + " as a number of permits",
				"Write a number, such as 500, or an expression that returns one.");
	}

	private ValueReader reader(SpelNodeImpl node) {
		return new PlainReaders(this.arguments, this::interpreted).reader(node);
	}

	private Function<ExpressionRoot, @Nullable String> text(SpelNodeImpl node) {
		return reader(node).<@Nullable String>safe(this.text, KeyTextConversion::text);
	}

	private SpelReader interpreted(SpelNode node) {
		return new SpelReader((SpelNodeImpl) node, this.arguments, this.shared);
	}

	private InvalidExpressionException invalid(String problem, String remedy) {
		return new InvalidExpressionException(this.text, problem, remedy);
	}

}
