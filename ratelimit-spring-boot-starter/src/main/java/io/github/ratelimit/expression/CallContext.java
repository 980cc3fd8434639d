package io.github.ratelimit.expression;

import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.expression.BeanResolver;
import org.springframework.expression.ConstructorResolver;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.MethodResolver;
import org.springframework.expression.OperatorOverloader;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypeComparator;
import org.springframework.expression.TypeConverter;
import org.springframework.expression.TypeLocator;
import org.springframework.expression.TypedValue;

/** One call as SpEL sees it: nothing in it can be assigned, nothing is copied. */
final class CallContext implements EvaluationContext {

	private final EvaluationSetup setup;

	private final Arguments arguments;

	private final Call call;

	CallContext(EvaluationSetup setup, Arguments arguments, Call call) {
		this.setup = setup;
		this.arguments = arguments;
		this.call = call;
	}

	@Override
	public TypedValue getRootObject() {
		return new TypedValue(this.call);
	}

	@Override
	public @Nullable Object lookupVariable(String name) {
		int position = this.arguments.position(name);
		return (position >= 0 && position < this.call.arguments().length) ? this.call.arguments()[position] : null;
	}

	@Override
	public void setVariable(String name, @Nullable Object value) {
		throw new UnsupportedOperationException("An expression only reads");
	}

	@Override
	public TypedValue assignVariable(String name, Supplier<TypedValue> valueSupplier) {
		throw new UnsupportedOperationException("An expression only reads");
	}

	@Override
	public boolean isAssignmentEnabled() {
		return false;
	}

	@Override
	public List<PropertyAccessor> getPropertyAccessors() {
		return this.setup.propertyAccessors;
	}

	@Override
	public List<MethodResolver> getMethodResolvers() {
		return this.setup.methodResolvers;
	}

	@Override
	public List<ConstructorResolver> getConstructorResolvers() {
		return this.setup.constructorResolvers;
	}

	@Override
	public @Nullable BeanResolver getBeanResolver() {
		return this.setup.beanResolver;
	}

	@Override
	public TypeLocator getTypeLocator() {
		return this.setup.typeLocator;
	}

	@Override
	public TypeConverter getTypeConverter() {
		return this.setup.typeConverter;
	}

	@Override
	public TypeComparator getTypeComparator() {
		return this.setup.typeComparator;
	}

	@Override
	public OperatorOverloader getOperatorOverloader() {
		return this.setup.operatorOverloader;
	}

}
