package io.github.ratelimit.expression.spel;

import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.BooleanLiteral;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.Elvis;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.OpAnd;
import org.springframework.expression.spel.ast.OpEQ;
import org.springframework.expression.spel.ast.OpGE;
import org.springframework.expression.spel.ast.OpGT;
import org.springframework.expression.spel.ast.OpLE;
import org.springframework.expression.spel.ast.OpLT;
import org.springframework.expression.spel.ast.OpNE;
import org.springframework.expression.spel.ast.OpOr;
import org.springframework.expression.spel.ast.OpPlus;
import org.springframework.expression.spel.ast.OperatorNot;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.StringLiteral;
import org.springframework.expression.spel.ast.Ternary;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;

/** Properties of the syntax tree of a checked expression. */
final class SyntaxTree {

	private static final String SPRING_SECURITY = "org.springframework.security.";

	private static final Set<Class<?>> CONDITIONS = Set.of(OpAnd.class, OpOr.class, OperatorNot.class, OpEQ.class,
			OpNE.class, OpGT.class, OpGE.class, OpLT.class, OpLE.class, BooleanLiteral.class);

	private SyntaxTree() {
	}

	/** Returns the variable or function that a node reads, null if it is neither. */
	static @Nullable VariableOrFunction named(SpelNode node) {
		if (node instanceof PropertyOrFieldReference property) {
			return VariableOrFunction.variable(property.getName());
		}
		return (node instanceof MethodReference method) ? VariableOrFunction.function(method.getName()) : null;
	}

	/**
	 * Returns the argument of a function, empty for a variable, null if it is computed.
	 */
	static @Nullable String literalName(SpelNode node) {
		if (node instanceof PropertyOrFieldReference) {
			return "";
		}
		return (node.getChild(0) instanceof StringLiteral literal) ? text(literal) : null;
	}

	static boolean isCoalesce(SpelNode node) {
		return node instanceof MethodReference method && method.getName().equals(VariableOrFunction.COALESCE);
	}

	/** The sign before a number has the same class, with one operand. */
	static boolean isSum(SpelNode node) {
		return node instanceof OpPlus && node.getChildCount() == 2;
	}

	static String argumentName(SpelNode node) {
		return node.toStringAST().substring(1);
	}

	static String text(StringLiteral literal) {
		return String.valueOf(literal.getLiteralValue().getValue());
	}

	/** Returns whether a node is true or false by what it is. */
	static boolean isCondition(SpelNode node) {
		VariableOrFunction value = named(node);
		return (value != null && value.isCondition()) || CONDITIONS.contains(node.getClass());
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
		return reads(node, VariableOrFunction::isOfClient) || anyMatch(node, SyntaxTree::isArgumentOrBean);
	}

	/** Returns whether a node depends on the client's address anywhere. */
	static boolean looksAtAddress(SpelNode node) {
		return reads(node, VariableOrFunction::isAddress);
	}

	/**
	 * Returns whether a client can choose a node's value. What a bean returns is not the
	 * client's choice, whatever it is given.
	 */
	static boolean isChosenByClient(SpelNode node) {
		return anyMatch(node, (part) -> isNamed(part, VariableOrFunction::isChosenByClient),
				(part) -> part instanceof CompoundExpression && part.getChild(0) instanceof BeanReference, true);
	}

	/** Returns whether a node reads a request and nothing else that could vary. */
	static boolean needsRequest(SpelNode node) {
		return reads(node, (value) -> true) && !anyMatch(node, SyntaxTree::isArgumentOrBean);
	}

	private static boolean reads(SpelNode node, Predicate<VariableOrFunction> values) {
		return anyMatch(node, (part) -> isNamed(part, values));
	}

	private static boolean isNamed(SpelNode node, Predicate<VariableOrFunction> values) {
		VariableOrFunction value = named(node);
		return value != null && values.test(value);
	}

	private static boolean isArgumentOrBean(SpelNode node) {
		return node instanceof BeanReference || (node instanceof VariableReference && !argumentName(node).equals("root")
				&& !argumentName(node).equals("this"));
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
	static Set<String> literalResults(SpelNode node) {
		Set<String> results = new HashSet<>();
		if (node instanceof Literal literal) {
			String text = ValueToText.text(literal.getLiteralValue().getValue());
			return (text != null) ? Set.of(text) : results;
		}
		if (node instanceof Ternary || node instanceof Elvis || isCoalesce(node)) {
			for (int i = (node instanceof Ternary) ? 1 : 0; i < node.getChildCount(); i++) {
				results.addAll(literalResults(node.getChild(i)));
			}
		}
		return results;
	}

	/** Passes on all beans of a node, each with the method that is called, if any. */
	static void forEachBean(SpelNode node, BiConsumer<BeanReference, @Nullable String> consumer) {
		if (node instanceof BeanReference bean) {
			consumer.accept(bean, null);
			return;
		}
		int first = 0;
		if (node instanceof CompoundExpression && node.getChild(0) instanceof BeanReference bean) {
			consumer.accept(bean, (node.getChild(1) instanceof MethodReference method) ? method.getName() : null);
			first = 1;
		}
		for (int i = first; i < node.getChildCount(); i++) {
			forEachBean(node.getChild(i), consumer);
		}
	}

}
