package io.github.ratelimit.method;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

import io.github.ratelimit.method.LimitedMethod.Declaration;

/**
 * A limit that an annotation declares, identified by the element with the annotation:
 * every bean that inherits the annotation shares it.
 *
 * @param type the class that has the annotation, or declares the annotated method
 * @param method the name of the limited method
 * @param parameters the types of its parameters
 * @param ordinal the number of the limit among those of the same element, from 1
 */
record InlineLimit(Class<?> type, String method, List<Class<?>> parameters, int ordinal) {

	/**
	 * Returns the limit of each annotation of a method that has a rate of its own.
	 * @param limited the method
	 * @return the limits in the order of the annotations
	 */
	static List<InlineLimit> of(LimitedMethod limited) {
		List<InlineLimit> limits = new ArrayList<>();
		for (Declaration declaration : limited.declarations()) {
			if (!declaration.rate().isEmpty()) {
				limits.add(of(declaration, limits.size() + 1));
			}
		}
		return limits;
	}

	private static InlineLimit of(Declaration declaration, int ordinal) {
		Method named = declaration.named();
		Class<?> type = (declaration.source() instanceof Class<?> annotated) ? annotated : named.getDeclaringClass();
		return new InlineLimit(type, named.getName(), List.copyOf(KotlinMethods.parameterTypes(named)), ordinal);
	}

	String shortName() {
		return this.type.getSimpleName() + "." + this.method;
	}

	String longName() {
		return this.type.getName() + "." + this.method;
	}

	/** Returns a unique text, for an order and for a hash. */
	String identity() {
		return longName() + this.parameters.stream().map(Class::getName).toList() + this.ordinal;
	}

}
