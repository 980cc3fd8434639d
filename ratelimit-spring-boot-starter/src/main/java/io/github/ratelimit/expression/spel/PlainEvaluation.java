package io.github.ratelimit.expression.spel;

import io.github.ratelimit.expression.spel.VariableOrFunction.Reader;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BooleanLiteral;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.ast.NullLiteral;
import org.springframework.expression.spel.ast.OpAnd;
import org.springframework.expression.spel.ast.OpEQ;
import org.springframework.expression.spel.ast.OpNE;
import org.springframework.expression.spel.ast.OpOr;
import org.springframework.expression.spel.ast.OperatorNot;
import org.springframework.expression.spel.ast.StringLiteral;
import org.springframework.expression.spel.ast.Ternary;
import org.springframework.expression.spel.ast.VariableReference;

/**
 * Evaluates without SpEL what needs none: values, literals, comparisons with texts and
 * null, {@code and}, {@code or}, {@code not} and {@code ? :}. An operand of another kind
 * is interpreted, alone.
 */
final class PlainEvaluation {

	private final MethodArguments arguments;

	private final Function<SpelNode, SpelEvaluation> interpreted;

	PlainEvaluation(MethodArguments arguments, Function<SpelNode, SpelEvaluation> interpreted) {
		this.arguments = arguments;
		this.interpreted = interpreted;
	}

	/** Returns the evaluation of a node, by SpEL if need be. */
	Reader of(SpelNode node) {
		Reader plain = ifPlain(node);
		return (plain != null) ? plain : this.interpreted.apply(node);
	}

	/** Returns the evaluation, null for a node that is interpreted as a whole. */
	@Nullable Reader ifPlain(SpelNode node) {
		if (node instanceof Literal literal) {
			Object constant = literal.getLiteralValue().getValue();
			return (call) -> constant;
		}
		Reader value = ofValue(node, this.arguments);
		if (value != null) {
			return value;
		}
		return (node instanceof Ternary) ? conditional(node) : logical(node);
	}

	/**
	 * Returns the evaluation of a variable, a function with a literal or an argument of
	 * the method, null if the node is none of these.
	 */
	static @Nullable Reader ofValue(SpelNode node, MethodArguments arguments) {
		VariableOrFunction value = ParsedExpression.named(node);
		String name = (value != null) ? ParsedExpression.literalName(node) : null;
		if (value != null && name != null) {
			return value.reader(name);
		}
		int position = (node instanceof VariableReference) ? arguments.position(ParsedExpression.argumentName(node))
				: -1;
		return (position < 0) ? null
				: (call) -> (position < call.arguments().length) ? call.arguments()[position] : null;
	}

	private @Nullable Reader conditional(SpelNode node) {
		Reader test = condition(node.getChild(0));
		if (test == null) {
			return null;
		}
		Reader whenTrue = of(node.getChild(1));
		Reader whenFalse = of(node.getChild(2));
		return (call) -> isTrue(test.apply(call)) ? whenTrue.apply(call) : whenFalse.apply(call);
	}

	/** Returns the evaluation of true or false, null if it is interpreted as a whole. */
	private @Nullable Reader condition(SpelNode node) {
		VariableOrFunction function = ParsedExpression.named(node);
		boolean isCondition = node instanceof BooleanLiteral || (function != null && function.isCondition());
		return isCondition ? ifPlain(node) : logical(node);
	}

	private @Nullable Reader logical(SpelNode node) {
		if (node instanceof OpAnd || node instanceof OpOr) {
			return junction(node, node instanceof OpOr);
		}
		if (node instanceof OperatorNot) {
			Reader negated = condition(node.getChild(0));
			return (negated != null) ? (call) -> !isTrue(negated.apply(call)) : null;
		}
		return (node instanceof OpEQ || node instanceof OpNE) ? comparison(node, node instanceof OpEQ) : null;
	}

	/** What the first operand decides leaves the second one unread, as in SpEL. */
	private @Nullable Reader junction(SpelNode node, boolean deciding) {
		Reader left = condition(node.getChild(0));
		Reader right = condition(node.getChild(1));
		if (left == null && right == null) {
			return null;
		}
		Reader first = (left != null) ? left : this.interpreted.apply(node.getChild(0)).asCondition();
		Reader second = (right != null) ? right : this.interpreted.apply(node.getChild(1)).asCondition();
		return (call) -> (isTrue(first.apply(call)) == deciding) ? deciding : isTrue(second.apply(call));
	}

	private @Nullable Reader comparison(SpelNode node, boolean equal) {
		Reader first = equality(node.getChild(0), node.getChild(1));
		Reader same = (first != null) ? first : equality(node.getChild(1), node.getChild(0));
		return (same != null) ? (call) -> isTrue(same.apply(call)) == equal : null;
	}

	/** Returns whether a value is a text or null, if the literal is one. */
	private @Nullable Reader equality(SpelNode node, SpelNode literal) {
		boolean comparable = literal instanceof StringLiteral || literal instanceof NullLiteral;
		Reader reader = comparable ? ofValue(node, this.arguments) : null;
		if (reader == null) {
			return null;
		}
		Object other = ((Literal) literal).getLiteralValue().getValue();
		return (call) -> {
			Object value = reader.apply(call);
			return (value instanceof CharSequence text) ? text.toString().equals(other)
					: (value == null && other == null);
		};
	}

	private static boolean isTrue(@Nullable Object value) {
		return Boolean.TRUE.equals(value);
	}

}
