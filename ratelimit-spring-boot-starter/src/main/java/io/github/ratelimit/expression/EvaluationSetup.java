package io.github.ratelimit.expression;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.expression.BeanResolver;
import org.springframework.expression.ConstructorResolver;
import org.springframework.expression.MethodResolver;
import org.springframework.expression.OperatorOverloader;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypeComparator;
import org.springframework.expression.TypeConverter;
import org.springframework.expression.TypeLocator;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.spel.support.ReflectiveConstructorResolver;
import org.springframework.expression.spel.support.ReflectiveMethodResolver;
import org.springframework.expression.spel.support.ReflectivePropertyAccessor;
import org.springframework.expression.spel.support.StandardOperatorOverloader;
import org.springframework.expression.spel.support.StandardTypeComparator;
import org.springframework.expression.spel.support.StandardTypeConverter;
import org.springframework.expression.spel.support.StandardTypeLocator;

/**
 * What all evaluations of a compiler share: how SpEL finds members, classes and beans.
 * Immutable but for caches, thread-safe.
 */
final class EvaluationSetup {

	final List<PropertyAccessor> propertyAccessors = List.of(new MapAccessor(false),
			new ReflectivePropertyAccessor(false));

	final List<MethodResolver> methodResolvers = List.of(new ReflectiveMethodResolver());

	final List<ConstructorResolver> constructorResolvers = List.of(new ReflectiveConstructorResolver());

	final TypeConverter typeConverter = new StandardTypeConverter();

	final TypeComparator typeComparator = new StandardTypeComparator();

	final OperatorOverloader operatorOverloader = new StandardOperatorOverloader();

	final TypeLocator typeLocator;

	final @Nullable BeanResolver beanResolver;

	EvaluationSetup(Beans beans) {
		this.typeLocator = new StandardTypeLocator(beans.classLoader());
		this.beanResolver = beans.resolver();
	}

}
