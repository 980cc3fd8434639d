package io.github.ratelimit.method;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;

/**
 * A method of a bean's class with its annotations.
 *
 * @param method the method as the class has it
 * @param type the bean's class, never one that Spring generated
 * @param declarations the annotations, at least one, all of which apply
 */
record LimitedMethod(Method method, Class<?> type, List<Declaration> declarations) {

	/**
	 * Returns the method as text, as the endpoint shows it.
	 * @return for example {@code ChatController.chat}
	 */
	String displayName() {
		Class<?> shown = Proxy.isProxyClass(this.type) ? this.declarations.get(0).named().getDeclaringClass()
				: this.type;
		return SourceMethods.displayName(shown, this.method.getName());
	}

	/**
	 * One annotation, with the overrides of the annotations that it is a meta-annotation
	 * of.
	 *
	 * @param source the annotated method or class
	 * @param named the method whose parameter names its expressions use
	 * @param limits names of limits
	 * @param rate the rate of its own, empty if none
	 * @param key the key expression, empty if none
	 * @param cost the cost expression, empty if none
	 * @param settle the expression for the actual cost of a call, empty if none
	 * @param unless the condition for exempt calls, empty if none
	 * @param fallback the fallback's name, empty if none
	 */
	record Declaration(AnnotatedElement source, Method named, List<String> limits, String rate, String key, String cost,
			String settle, String unless, String fallback) {

	}

}
