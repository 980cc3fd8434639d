package io.github.ratelimit.expression.spel;

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

/**
 * Turns what needs no SpEL at run time into functions: values, literals, comparisons with
 * texts and null, {@code and}, {@code or}, {@code not} and {@code ? :}. An operand of
 * another kind is interpreted, alone.
 */
final class PlainReaders {

	private final MethodArguments arguments;

	private final Function<SpelNode, SpelReader> interpreted;

	PlainReaders(MethodArguments arguments, Function<SpelNode, SpelReader> interpreted) {
		this.arguments = arguments;
		this.interpreted = interpreted;
	}

	/** Returns the reader of a value, null for one that is interpreted as a whole. */
	@Nullable ValueReader value(SpelNode node) {
		if (node instanceof Literal literal) {
			Object constant = literal.getLiteralValue().getValue();
			return (call) -> constant;
		}
		ValueReader plain = SyntaxTree.plainReader(node, this.arguments);
		if (plain != null) {
			return plain;
		}
		return (node instanceof Ternary) ? conditional(node) : logical(node);
	}

	private @Nullable ValueReader conditional(SpelNode node) {
		ValueReader test = condition(node.getChild(0));
		if (test == null) {
			return null;
		}
		ValueReader whenTrue = reader(node.getChild(1));
		ValueReader whenFalse = reader(node.getChild(2));
		return (call) -> isTrue(test.read(call)) ? whenTrue.read(call) : whenFalse.read(call);
	}

	/** Returns the reader of a value, by SpEL if need be. */
	ValueReader reader(SpelNode node) {
		ValueReader plain = value(node);
		return (plain != null) ? plain : this.interpreted.apply(node);
	}

	/** Returns the reader of true or false, null for what is interpreted as a whole. */
	private @Nullable ValueReader condition(SpelNode node) {
		RequestFunction function = SyntaxTree.function(node);
		boolean isCondition = node instanceof BooleanLiteral || (function != null && function.isCondition());
		return isCondition ? value(node) : logical(node);
	}

	private @Nullable ValueReader logical(SpelNode node) {
		if (node instanceof OpAnd || node instanceof OpOr) {
			return junction(node, node instanceof OpOr);
		}
		if (node instanceof OperatorNot) {
			ValueReader negated = condition(node.getChild(0));
			return (negated != null) ? (call) -> !isTrue(negated.read(call)) : null;
		}
		return (node instanceof OpEQ || node instanceof OpNE) ? comparison(node, node instanceof OpEQ) : null;
	}

	/** What the first operand decides leaves the second one unread, as in SpEL. */
	private @Nullable ValueReader junction(SpelNode node, boolean deciding) {
		ValueReader left = condition(node.getChild(0));
		ValueReader right = condition(node.getChild(1));
		if (left == null && right == null) {
			return null;
		}
		ValueReader first = (left != null) ? left : this.interpreted.apply(node.getChild(0)).asCondition();
		ValueReader second = (right != null) ? right : this.interpreted.apply(node.getChild(1)).asCondition();
		return (call) -> (isTrue(first.read(call)) == deciding) ? deciding : isTrue(second.read(call));
	}

	private @Nullable ValueReader comparison(SpelNode node, boolean equal) {
		ValueReader first = equality(node.getChild(0), node.getChild(1));
		ValueReader same = (first != null) ? first : equality(node.getChild(1), node.getChild(0));
		return (same != null) ? (call) -> isTrue(same.read(call)) == equal : null;
	}

	/** Returns whether a value is a text or null, if the literal is one. */
	private @Nullable ValueReader equality(SpelNode node, SpelNode literal) {
		boolean comparable = literal instanceof StringLiteral || literal instanceof NullLiteral;
		ValueReader reader = comparable ? SyntaxTree.plainReader(node, this.arguments) : null;
		if (reader == null) {
			return null;
		}
		Object other = ((Literal) literal).getLiteralValue().getValue();
		return (call) -> {
			Object value = reader.read(call);
			return (value instanceof CharSequence text) ? text.toString().equals(other)
					: (value == null && other == null);
		};
	}

	private static boolean isTrue(@Nullable Object value) {
		return Boolean.TRUE.equals(value);
	}

}
