package io.github.ratelimit.expression.spel;

import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.expression.spel.VariableOrFunction.Reader;
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

/**
 * The value of a part of an expression, as SpEL interprets it. Nothing can be assigned.
 * Thread-safe.
 */
final class SpelEvaluation implements Reader {

	static final SpelParserConfiguration CONFIGURATION = new SpelParserConfiguration(SpelCompilerMode.OFF, null);

	private final SpelNodeImpl node;

	private final MethodArguments arguments;

	private final StandardEvaluationContext shared;

	/**
	 * A value without which a compound can only fail, so that a missing header costs no
	 * exception; null if there is none.
	 */
	private final @Nullable Reader required;

	/**
	 * Creates the evaluation of a part.
	 * @param node the part
	 * @param arguments the names of the arguments
	 * @param shared how SpEL finds members, classes and beans
	 */
	SpelEvaluation(SpelNode node, MethodArguments arguments, StandardEvaluationContext shared) {
		this.node = (SpelNodeImpl) node;
		this.arguments = arguments;
		this.shared = shared;
		boolean needsFirst = node instanceof CompoundExpression && !((SpelNodeImpl) node.getChild(1)).isNullSafe();
		this.required = needsFirst ? PlainEvaluation.ofValue(node.getChild(0), arguments) : null;
	}

	@Override
	public @Nullable Object apply(ExpressionRoot call) {
		if (this.required != null && this.required.apply(call) == null) {
			return null;
		}
		return this.node.getValue(state(call));
	}

	/** Returns the value as SpEL takes it for an operand of and and or. */
	Reader asCondition() {
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
		return new ExpressionState(new CallContext(call), new TypedValue(call), CONFIGURATION);
	}

	/** The context of one evaluation. */
	private final class CallContext extends StandardEvaluationContext {

		private final @Nullable Object[] values;

		CallContext(ExpressionRoot call) {
			super(call);
			this.values = call.arguments();
			SpelEvaluation.this.shared.applyDelegatesTo(this);
		}

		@Override
		public @Nullable Object lookupVariable(String name) {
			int position = SpelEvaluation.this.arguments.position(name);
			return (position >= 0 && position < this.values.length) ? this.values[position] : null;
		}

		@Override
		public boolean isAssignmentEnabled() {
			return false;
		}

	}

}
