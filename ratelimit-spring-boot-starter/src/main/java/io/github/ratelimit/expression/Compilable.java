package io.github.ratelimit.expression;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.Elvis;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.OpAnd;
import org.springframework.expression.spel.ast.OpDivide;
import org.springframework.expression.spel.ast.OpEQ;
import org.springframework.expression.spel.ast.OpGE;
import org.springframework.expression.spel.ast.OpGT;
import org.springframework.expression.spel.ast.OpLE;
import org.springframework.expression.spel.ast.OpLT;
import org.springframework.expression.spel.ast.OpMinus;
import org.springframework.expression.spel.ast.OpModulus;
import org.springframework.expression.spel.ast.OpMultiply;
import org.springframework.expression.spel.ast.OpNE;
import org.springframework.expression.spel.ast.OpOr;
import org.springframework.expression.spel.ast.OpPlus;
import org.springframework.expression.spel.ast.OperatorNot;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.SpelNodeImpl;
import org.springframework.expression.spel.ast.Ternary;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;

/**
 * Which expressions mean the same when Spring compiles them. Compiled code trusts the
 * types that it was made for and fails on others, which is fine; but an operator over a
 * number of unknown type cuts it to the first one's type, and {@code ?:} does not look
 * into an {@link java.util.Optional}.
 */
final class Compilable {

	private static final Set<Class<?>> HARMLESS = Set.of(CompoundExpression.class, MethodReference.class,
			PropertyOrFieldReference.class, VariableReference.class, Ternary.class, OpAnd.class, OpOr.class,
			OperatorNot.class, OpEQ.class, OpNE.class, TypeReference.class);

	private static final Set<Class<?>> ARITHMETIC = Set.of(OpPlus.class, OpMinus.class, OpMultiply.class,
			OpDivide.class, OpModulus.class, OpLT.class, OpLE.class, OpGT.class, OpGE.class);

	private static final Set<String> EXACT_TYPES = Set.of("I", "J", "F", "D", "Ljava/lang/Integer", "Ljava/lang/Long",
			"Ljava/lang/Float", "Ljava/lang/Double", "Ljava/lang/String");

	private static final Set<Class<?>> EXACT_CLASSES = Set.of(int.class, long.class, float.class, double.class,
			Integer.class, Long.class, Float.class, Double.class, String.class);

	private Compilable() {
	}

	/** Returns whether a node must not be compiled, whatever is learned of its types. */
	static boolean never(SpelNode node, Arguments arguments) {
		Class<?> type = node.getClass();
		boolean arithmetic = ARITHMETIC.contains(type);
		if (node instanceof TypeReference || node instanceof Literal) {
			return false;
		}
		if (node instanceof Elvis && !isText(node.getChild(0))) {
			return true;
		}
		if (node instanceof Indexer && !(node.getChild(0) instanceof Literal)) {
			return true;
		}
		if (!arithmetic && !HARMLESS.contains(type) && !(node instanceof Elvis) && !(node instanceof Indexer)) {
			return true;
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			SpelNode child = node.getChild(i);
			if (never(child, arguments) || (arithmetic && isOfUnknownType(child, arguments))) {
				return true;
			}
		}
		return false;
	}

	private static boolean isText(SpelNode node) {
		RequestFunction function = Syntax.function(node);
		return Syntax.variable(node) != null || (function != null && function.type() == String.class);
	}

	private static boolean isOfUnknownType(SpelNode node, Arguments arguments) {
		return node instanceof VariableReference && !EXACT_CLASSES.contains(arguments.type(Syntax.argumentName(node)));
	}

	/** Returns whether all operands of arithmetic turned out to be of one exact type. */
	static boolean keepsItsMeaning(SpelNode node) {
		boolean arithmetic = ARITHMETIC.contains(node.getClass());
		for (int i = 0; i < node.getChildCount(); i++) {
			SpelNode child = node.getChild(i);
			boolean exact = !(child instanceof SpelNodeImpl operand) || isExact(operand.getExitDescriptor());
			if (!keepsItsMeaning(child) || (arithmetic && !exact)) {
				return false;
			}
		}
		return true;
	}

	private static boolean isExact(@Nullable String descriptor) {
		return descriptor != null && EXACT_TYPES.contains(descriptor);
	}

	/**
	 * Returns the reader of a value without which a compound can only fail, so that a
	 * header that is not sent costs no exception.
	 */
	static @Nullable ValueReader required(SpelNode node, Arguments arguments) {
		if (!(node instanceof CompoundExpression) || ((SpelNodeImpl) node.getChild(1)).isNullSafe()) {
			return null;
		}
		return Syntax.plainReader(node.getChild(0), arguments);
	}

}
