package io.github.ratelimit.expression.spel;

import java.util.List;
import java.util.function.Supplier;

import io.github.ratelimit.expression.ExpressionRoot;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.EvaluationException;
import org.springframework.expression.TypedValue;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.spel.support.ReflectivePropertyAccessor;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.expression.spel.support.StandardTypeLocator;

/** The evaluation context of one call: nothing in it can be assigned. */
final class CallEvaluationContext extends StandardEvaluationContext {

	private final MethodArguments arguments;

	private final ExpressionRoot call;

	/**
	 * Creates the context of one evaluation.
	 * @param shared how SpEL finds members, classes and beans
	 * @param arguments the names of the arguments
	 * @param call the call
	 */
	CallEvaluationContext(StandardEvaluationContext shared, MethodArguments arguments, ExpressionRoot call) {
		super(call);
		shared.applyDelegatesTo(this);
		this.arguments = arguments;
		this.call = call;
	}

	/** Returns what the contexts of all evaluations share. */
	static StandardEvaluationContext shared(BeanReferences beans) {
		StandardEvaluationContext shared = new StandardEvaluationContext();
		shared.setPropertyAccessors(List.of(new MapAccessor(false), new ReflectivePropertyAccessor(false)));
		shared.setTypeLocator(new StandardTypeLocator(beans.classLoader()));
		shared.setBeanResolver(beans.resolver());
		return shared;
	}

	@Override
	public @Nullable Object lookupVariable(String name) {
		int position = this.arguments.position(name);
		return (position >= 0 && position < this.call.arguments().length) ? this.call.arguments()[position] : null;
	}

	@Override
	public TypedValue assignVariable(String name, Supplier<TypedValue> valueSupplier) {
		throw new EvaluationException("An expression only reads");
	}

	@Override
	public boolean isAssignmentEnabled() {
		return false;
	}

}
