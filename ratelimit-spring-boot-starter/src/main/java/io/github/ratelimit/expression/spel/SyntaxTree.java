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
import org.springframework.expression.spel.ast.OpMinus;
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

	private SyntaxTree() {
	}

	/** Returns the variable of a node, null if it is no variable. */
	static @Nullable RequestVariable variable(SpelNode node) {
		return (node instanceof PropertyOrFieldReference property) ? RequestVariable.named(property.getName()) : null;
	}

	/** Returns the function of a call, null if the node is no call of one. */
	static @Nullable RequestFunction function(SpelNode node) {
		return (node instanceof MethodReference method) ? RequestFunction.named(method.getName()) : null;
	}

	/** Returns the literal name in a call of a function, null if it is computed. */
	static @Nullable String literalName(SpelNode call) {
		return (call.getChild(0) instanceof StringLiteral literal) ? text(literal) : null;
	}

	static boolean isCoalesce(SpelNode node) {
		return node instanceof MethodReference method && method.getName().equals(RequestFunction.COALESCE);
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

	/**
	 * Returns the reader of a node that needs no SpEL at run time.
	 * @return the reader; null if the node is none of the plain values
	 */
	static @Nullable ValueReader plainReader(SpelNode node, MethodArguments arguments) {
		RequestVariable variable = variable(node);
		if (variable != null) {
			return variable.reader();
		}
		RequestFunction function = function(node);
		String name = (function != null) ? literalName(node) : null;
		if (function != null && name != null) {
			return function.reader(name);
		}
		int position = (node instanceof VariableReference) ? arguments.position(argumentName(node)) : -1;
		return (position >= 0) ? MethodArguments.reader(position) : null;
	}

	/** Returns the declared type of a node's value, null if it is unknown. */
	static @Nullable Class<?> declaredType(SpelNode node, MethodArguments arguments) {
		RequestFunction function = function(node);
		if (function != null) {
			return function.type();
		}
		RequestVariable variable = variable(node);
		if (node instanceof StringLiteral || variable != null) {
			return (variable == RequestVariable.STATUS) ? Integer.class : String.class;
		}
		return (node instanceof VariableReference) ? arguments.type(argumentName(node)) : null;
	}

	/**
	 * Returns whether a node depends on the authenticated caller anywhere, other than
	 * through a bean.
	 */
	static boolean looksAtSecurity(SpelNode node) {
		return anyMatch(node, (part) -> reads(part, RequestVariable::isSecurity, RequestFunction::isSecurity)
				|| (part instanceof TypeReference && part.getChild(0).toStringAST().startsWith(SPRING_SECURITY)));
	}

	/**
	 * Returns whether a client could influence a node's value. A bean may read anything,
	 * so it counts as the client's.
	 */
	static boolean looksAtClient(SpelNode node) {
		return anyMatch(node, (part) -> isArgument(part) || part instanceof BeanReference
				|| reads(part, RequestVariable::isChosenByClient, RequestFunction::isOfClient));
	}

	/** Returns whether a node depends on the client's address anywhere. */
	static boolean looksAtAddress(SpelNode node) {
		return anyMatch(node, (part) -> reads(part, RequestVariable.IP::equals, RequestFunction.IN_SUBNET::equals));
	}

	/**
	 * Returns whether a client can choose a node's value. What a bean returns is not the
	 * client's choice, whatever it is given.
	 */
	static boolean isChosenByClient(SpelNode node) {
		return anyMatch(node,
				(part) -> reads(part, RequestVariable::isChosenByClient, RequestFunction::isWrittenByClient),
				(part) -> part instanceof CompoundExpression && part.getChild(0) instanceof BeanReference, true);
	}

	private static boolean reads(SpelNode node, Predicate<RequestVariable> variables,
			Predicate<RequestFunction> functions) {
		RequestVariable variable = variable(node);
		RequestFunction function = function(node);
		return (variable != null && variables.test(variable)) || (function != null && functions.test(function));
	}

	/** Returns whether a node reads a request and nothing else that could vary. */
	static boolean needsRequest(SpelNode node) {
		return anyMatch(node, (part) -> variable(part) != null || function(part) != null)
				&& !anyMatch(node, (part) -> isArgument(part) || part instanceof BeanReference);
	}

	/** Returns whether a node is true or false by what it is. */
	static boolean isCondition(SpelNode node) {
		RequestFunction function = function(node);
		return (function != null && function.isCondition()) || node instanceof OpAnd || node instanceof OpOr
				|| node instanceof OperatorNot || node instanceof OpEQ || node instanceof OpNE || node instanceof OpGT
				|| node instanceof OpGE || node instanceof OpLT || node instanceof OpLE
				|| node instanceof BooleanLiteral;
	}

	/**
	 * Returns the texts of the literals that a node's value can be: of the node itself,
	 * or of what a conditional, an elvis operator or {@code coalesce} selects.
	 */
	static Set<String> literalResults(SpelNode node) {
		Set<String> results = new HashSet<>();
		addLiteralResults(node, results);
		return results;
	}

	private static void addLiteralResults(SpelNode node, Set<String> results) {
		if (node instanceof Literal literal) {
			String text = KeyTextConversion.text(literal.getLiteralValue().getValue());
			if (text != null) {
				results.add(text);
			}
		}
		else if (node instanceof Ternary || node instanceof Elvis || isCoalesce(node)) {
			for (int i = (node instanceof Ternary) ? 1 : 0; i < node.getChildCount(); i++) {
				addLiteralResults(node.getChild(i), results);
			}
		}
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

	private static boolean isArgument(SpelNode node) {
		return node instanceof VariableReference && !argumentName(node).equals("root")
				&& !argumentName(node).equals("this");
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
		if (node instanceof TypeReference) {
			return false;
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

	/** Returns whether a node could be {@code X-API-Key} without quotes. */
	static boolean isWordsAndHyphens(SpelNode node, Set<String> words) {
		if (node instanceof PropertyOrFieldReference property) {
			words.add(property.getName());
			return true;
		}
		return node instanceof OpMinus && node.getChildCount() == 2 && isWordsAndHyphens(node.getChild(0), words)
				&& isWordsAndHyphens(node.getChild(1), words);
	}

}
