package io.github.ratelimit.expression.spel;

import io.github.ratelimit.ReadsSecurityContext;
import io.github.ratelimit.Suggestion;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.spel.support.ReflectivePropertyAccessor;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.expression.spel.support.StandardTypeLocator;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** The beans and classes that an expression may name, looked up at their first use. */
final class BeanReferences {

	private final @Nullable BeanFactory factory;

	private final StandardEvaluationContext context = new StandardEvaluationContext();

	BeanReferences(@Nullable BeanFactory factory) {
		this.factory = factory;
		ClassLoader loader = (factory instanceof ConfigurableBeanFactory configurable)
				? configurable.getBeanClassLoader() : null;
		this.context.setPropertyAccessors(List.of(new MapAccessor(false), new ReflectivePropertyAccessor(false)));
		this.context
			.setTypeLocator(new StandardTypeLocator((loader != null) ? loader : ClassUtils.getDefaultClassLoader()));
		if (factory != null) {
			this.context.setBeanResolver(new BeanFactoryResolver(factory));
		}
	}

	void check(ParsedExpression expression, String name) {
		if (this.factory == null) {
			throw expression.invalid("names the bean " + name + ", but there are no beans here",
					"Give the ExpressionParser a BeanFactory, or write " + VariableOrFunction.VALUES + ".");
		}
		if (this.factory.containsBean(name)) {
			return;
		}
		String meant = (this.factory instanceof ListableBeanFactory listable)
				? Suggestion.nearest(name, List.of(listable.getBeanDefinitionNames()))
					.map((near) -> "Did you mean @" + near + "? ")
					.orElse("")
				: "";
		throw expression.invalid("names the bean " + name + ", which does not exist",
				meant + "Write the name of a bean of this application.");
	}

	/**
	 * Returns what is stated of a bean: whether it reads the security context.
	 * @param name the bean's name
	 * @param method the name of the called method, null for none
	 * @return null if nothing is stated
	 */
	@Nullable Boolean readsSecurityContext(String name, @Nullable String method) {
		Class<?> type = (this.factory != null) ? this.factory.getType(name, false) : null;
		ReadsSecurityContext stated = (type != null && method != null) ? onMethod(ClassUtils.getUserClass(type), method)
				: null;
		if (stated == null && this.factory instanceof ListableBeanFactory listable) {
			stated = listable.findAnnotationOnBean(name, ReadsSecurityContext.class, false);
		}
		return (stated != null) ? (Boolean) stated.value() : null;
	}

	private static @Nullable ReadsSecurityContext onMethod(Class<?> type, String name) {
		return Arrays.stream(ReflectionUtils.getUniqueDeclaredMethods(type))
			.filter((method) -> method.getName().equals(name))
			.map((method) -> AnnotatedElementUtils.findMergedAnnotation(method, ReadsSecurityContext.class))
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null);
	}

	/** Returns what the evaluations of all expressions share. */
	StandardEvaluationContext context() {
		return this.context;
	}

}
