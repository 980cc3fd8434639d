package io.github.ratelimit.expression.spel;

import io.github.ratelimit.expression.Expression.Inputs;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.Elvis;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.Ternary;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;

/**
 * Finds what the value of a checked expression depends on: the authenticated caller, what
 * clients choose, their addresses, a request.
 */
final class ExpressionInputs {

	private static final String SPRING_SECURITY = "org.springframework.security.";

	private ExpressionInputs() {
	}

	static Inputs of(SpelNode node, BeanReferences beans) {
		Set<String> undeclared = new HashSet<>();
		boolean byBean = isReadByBean(node, null, beans, undeclared);
		return new Inputs(looksAtSecurity(node) || byBean, isChosenByClient(node),
				reads(node, VariableOrFunction::isAddress), needsRequest(node), undeclared, literalResults(node));
	}

	/**
	 * Returns whether a node depends on the authenticated caller anywhere, other than
	 * through a bean.
	 */
	static boolean looksAtSecurity(SpelNode node) {
		return reads(node, VariableOrFunction::isSecurity) || anyMatch(node,
				(part) -> part instanceof TypeReference && part.getChild(0).toStringAST().startsWith(SPRING_SECURITY));
	}

	/**
	 * Returns whether a client could influence a node's value. A bean may read anything,
	 * so it counts as the client's.
	 */
	static boolean looksAtClient(SpelNode node) {
		return reads(node, VariableOrFunction::isOfClient) || anyMatch(node, ExpressionInputs::isArgumentOrBean);
	}

	/**
	 * Returns whether a client can choose a node's value. What a bean returns is not the
	 * client's choice, whatever it is given.
	 */
	private static boolean isChosenByClient(SpelNode node) {
		return anyMatch(node, (part) -> isNamed(part, VariableOrFunction::isChosenByClient),
				(part) -> part instanceof CompoundExpression && part.getChild(0) instanceof BeanReference, true);
	}

	/** Returns whether a node reads a request and nothing else that could vary. */
	static boolean needsRequest(SpelNode node) {
		return reads(node, (value) -> true) && !anyMatch(node, ExpressionInputs::isArgumentOrBean);
	}

	private static boolean reads(SpelNode node, Predicate<VariableOrFunction> values) {
		return anyMatch(node, (part) -> isNamed(part, values));
	}

	private static boolean isNamed(SpelNode node, Predicate<VariableOrFunction> values) {
		VariableOrFunction value = ParsedExpression.named(node);
		return value != null && values.test(value);
	}

	private static boolean isArgumentOrBean(SpelNode node) {
		return node instanceof BeanReference
				|| (node instanceof VariableReference && !ParsedExpression.argumentName(node).equals("root")
						&& !ParsedExpression.argumentName(node).equals("this"));
	}

	private static boolean anyMatch(SpelNode node, Predicate<SpelNode> test) {
		return anyMatch(node, test, (part) -> false, true);
	}

	/** A property or method behind a dot belongs to a value, not to the call. */
	private static boolean anyMatch(SpelNode node, Predicate<SpelNode> test, Predicate<SpelNode> skipped,
			boolean ofCall) {
		if (skipped.test(node)) {
			return false;
		}
		boolean member = !ofCall && (node instanceof PropertyOrFieldReference || node instanceof MethodReference);
		if (!member && test.test(node)) {
			return true;
		}
		boolean fromRoot = node instanceof CompoundExpression && node.getChild(0).toStringAST().equals("#root");
		for (int i = 0; i < node.getChildCount(); i++) {
			boolean behindDot = node instanceof CompoundExpression && i > (fromRoot ? 1 : 0);
			if (anyMatch(node.getChild(i), test, skipped, !behindDot)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Returns the texts of the literals that a node's value can be: of the node itself,
	 * or of what a conditional, an elvis operator or {@code coalesce} selects.
	 */
	private static Set<String> literalResults(SpelNode node) {
		Set<String> results = new HashSet<>();
		if (node instanceof Literal literal) {
			String text = ValueToText.text(literal.getLiteralValue().getValue());
			return (text != null) ? Set.of(text) : results;
		}
		if (node instanceof Ternary || node instanceof Elvis || ParsedExpression.isCoalesce(node)) {
			for (int i = (node instanceof Ternary) ? 1 : 0; i < node.getChildCount(); i++) {
				results.addAll(literalResults(node.getChild(i)));
			}
		}
		return results;
	}

	/**
	 * Returns whether a bean is stated to read the security context.
	 * @param node a node
	 * @param method the method that is called on it, null if none is
	 * @param beans the beans
	 * @param undeclared gets the names of the beans of which nothing is stated
	 */
	private static boolean isReadByBean(SpelNode node, @Nullable String method, BeanReferences beans,
			Set<String> undeclared) {
		boolean read = false;
		if (node instanceof BeanReference bean) {
			Boolean stated = beans.readsSecurityContext(bean.getName(), method);
			if (stated == null) {
				undeclared.add(bean.getName());
			}
			read = Boolean.TRUE.equals(stated);
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			boolean called = i == 0 && node instanceof CompoundExpression;
			read |= isReadByBean(node.getChild(i),
					(called && node.getChild(1) instanceof MethodReference reference) ? reference.getName() : null,
					beans, undeclared);
		}
		return read;
	}

}
