package io.github.ratelimit.expression;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import io.github.ratelimit.Suggestion;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.StringLiteral;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.util.StringUtils;

/**
 * Finds members that no object at run time can have. Only final classes, such as records
 * and {@link String}, tell that: what is declared as another class may be a subclass of
 * it.
 */
final class StaticTypes {

	private final String expression;

	private final Arguments arguments;

	StaticTypes(String expression, Arguments arguments) {
		this.expression = expression;
		this.arguments = arguments;
	}

	/**
	 * Checks the members of a compound.
	 * @param compound a value, and what stands behind its dots
	 */
	void check(SpelNode compound) {
		Class<?> type = typeOf(compound.getChild(0));
		for (int i = 1; i < compound.getChildCount() && type != null && tellsItsMembers(type); i++) {
			SpelNode member = compound.getChild(i);
			if (member instanceof PropertyOrFieldReference property) {
				type = typeOfProperty(type, property.getName());
			}
			else if (member instanceof MethodReference method) {
				type = typeOfMethod(type, method.getName(), method.getChildCount());
			}
			else {
				return;
			}
		}
	}

	private @Nullable Class<?> typeOf(SpelNode node) {
		RequestFunction function = Syntax.function(node);
		if (function != null) {
			return function.type();
		}
		if (node instanceof StringLiteral || Syntax.variable(node) != null) {
			return String.class;
		}
		return (node instanceof VariableReference) ? this.arguments.type(Syntax.argumentName(node)) : null;
	}

	/** Spring looks into an Optional, and reads a map's values like properties. */
	private static boolean tellsItsMembers(Class<?> type) {
		return Modifier.isFinal(type.getModifiers()) && !type.isArray() && !type.isPrimitive() && type != Optional.class
				&& !Map.class.isAssignableFrom(type);
	}

	private @Nullable Class<?> typeOfProperty(Class<?> type, String property) {
		for (Method method : type.getMethods()) {
			if (method.getParameterCount() == 0 && isReaderOf(method.getName(), property)) {
				return method.getReturnType();
			}
		}
		for (Field field : type.getFields()) {
			if (field.getName().equals(property)) {
				return field.getType();
			}
		}
		throw missing(type, "property " + property, property, propertiesOf(type));
	}

	private static boolean isReaderOf(String method, String property) {
		String upper = StringUtils.capitalize(property);
		return method.equals(property) || method.equals("get" + upper) || method.equals("is" + upper)
				|| method.equals("get" + property) || method.equals("is" + property);
	}

	private static Set<String> propertiesOf(Class<?> type) {
		Set<String> properties = new TreeSet<>();
		for (Method method : type.getMethods()) {
			if (method.getParameterCount() == 0 && method.getDeclaringClass() == type) {
				String name = method.getName();
				properties.add(name.startsWith("get") ? StringUtils.uncapitalize(name.substring(3)) : name);
			}
		}
		return properties;
	}

	private @Nullable Class<?> typeOfMethod(Class<?> type, String name, int arguments) {
		Class<?> result = null;
		boolean found = false;
		Set<String> names = new TreeSet<>();
		for (Method method : type.getMethods()) {
			names.add(method.getName());
			if (method.getName().equals(name) && takes(method, arguments)) {
				result = (!found || result == method.getReturnType()) ? method.getReturnType() : null;
				found = true;
			}
		}
		if (!found) {
			throw missing(type, "method " + name + " with " + arguments + " arguments", name, names);
		}
		return result;
	}

	private static boolean takes(Method method, int arguments) {
		return method.isVarArgs() ? arguments >= method.getParameterCount() - 1
				: arguments == method.getParameterCount();
	}

	private InvalidExpressionException missing(Class<?> type, String what, String name, Set<String> known) {
		String meant = Suggestion.nearest(name, known)
			.filter((near) -> !near.equals(name))
			.map((near) -> "Did you mean " + near + "? ")
			.orElse("");
		return new InvalidExpressionException(this.expression,
				"reads the " + what + " of a " + type.getSimpleName() + ", which has none of that name",
				meant + "Write what is public in " + type.getName() + ".");
	}

}
