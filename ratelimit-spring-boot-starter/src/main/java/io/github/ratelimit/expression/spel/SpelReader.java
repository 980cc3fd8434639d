package io.github.ratelimit.expression.spel;

import io.github.ratelimit.expression.ExpressionRoot;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.TypedValue;
import org.springframework.expression.common.ExpressionUtils;
import org.springframework.expression.spel.ExpressionState;
import org.springframework.expression.spel.SpelCompilerMode;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.SpelParserConfiguration;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.SpelNodeImpl;
import org.springframework.expression.spel.support.StandardEvaluationContext;

/** The value of a part of an expression, as SpEL interprets it. */
final class SpelReader implements ValueReader {

	static final SpelParserConfiguration CONFIGURATION = new SpelParserConfiguration(SpelCompilerMode.OFF, null);

	private final SpelNodeImpl node;

	private final MethodArguments arguments;

	private final StandardEvaluationContext shared;

	private final @Nullable ValueReader required;

	SpelReader(SpelNodeImpl node, MethodArguments arguments, StandardEvaluationContext shared) {
		this.node = node;
		this.arguments = arguments;
		this.shared = shared;
		this.required = required(node, arguments);
	}

	/**
	 * Returns the reader of a value without which a compound can only fail, so that a
	 * missing header costs no exception.
	 */
	private static @Nullable ValueReader required(SpelNode node, MethodArguments arguments) {
		boolean needsFirst = node instanceof CompoundExpression && !((SpelNodeImpl) node.getChild(1)).isNullSafe();
		return needsFirst ? SyntaxTree.plainReader(node.getChild(0), arguments) : null;
	}

	@Override
	public @Nullable Object read(ExpressionRoot call) throws Exception {
		if (this.required != null && this.required.read(call) == null) {
			return null;
		}
		return this.node.getValue(state(call));
	}

	/** Returns a reader of the value as SpEL takes it for an operand of and and or. */
	ValueReader asCondition() {
		return (call) -> {
			ExpressionState state = state(call);
			Boolean value = ExpressionUtils.convertTypedValue(state.getEvaluationContext(),
					this.node.getTypedValue(state), Boolean.class);
			if (value == null) {
				throw new IllegalStateException("The condition has no value");
			}
			return value;
		};
	}

	private ExpressionState state(ExpressionRoot call) {
		CallEvaluationContext context = new CallEvaluationContext(this.shared, this.arguments, call);
		return new ExpressionState(context, new TypedValue(call), CONFIGURATION);
	}

}
