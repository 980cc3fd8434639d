package io.github.ratelimit.expression.spel;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import io.github.ratelimit.Suggestion;
import io.github.ratelimit.expression.InvalidExpressionException;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.util.StringUtils;

/**
 * Finds members that no object at run time can have. Only final classes, such as records
 * and {@link String}, can be checked: the value of another declared class may be of a
 * subclass.
 */
final class MemberValidator {

	private MemberValidator() {
	}

	/**
	 * Checks the members of a compound.
	 * @param expression the whole expression
	 * @param compound a value, and the members after its dots
	 * @param arguments the arguments that it may name
	 */
	static void check(String expression, SpelNode compound, MethodArguments arguments) {
		Class<?> type = SyntaxTree.declaredType(compound.getChild(0), arguments);
		for (int i = 1; i < compound.getChildCount() && type != null && tellsItsMembers(type); i++) {
			SpelNode member = compound.getChild(i);
			if (member instanceof PropertyOrFieldReference property) {
				String name = property.getName();
				String upper = StringUtils.capitalize(name);
				type = typeOf(expression, type, "property " + name, name, Set.of(name, "get" + upper, "is" + upper));
			}
			else if (member instanceof MethodReference method) {
				type = typeOf(expression, type, "method " + method.getName(), method.getName(),
						Set.of(method.getName()));
			}
			else {
				return;
			}
		}
	}

	/** Spring reads through an Optional, and reads a map's values like properties. */
	private static boolean tellsItsMembers(Class<?> type) {
		return Modifier.isFinal(type.getModifiers()) && !type.isArray() && !type.isPrimitive() && type != Optional.class
				&& !Map.class.isAssignableFrom(type);
	}

	/** Returns the type of a member, null if it could be one of several. */
	private static @Nullable Class<?> typeOf(String expression, Class<?> type, String what, String name,
			Set<String> readers) {
		Set<Class<?>> types = new HashSet<>();
		Set<String> known = new TreeSet<>();
		for (Method method : type.getMethods()) {
			known.add(method.getName());
			known.add(StringUtils.uncapitalize(method.getName().replaceFirst("^get", "")));
			if (readers.contains(method.getName())) {
				types.add(method.getReturnType());
			}
		}
		for (Field field : type.getFields()) {
			if (field.getName().equals(name)) {
				types.add(field.getType());
			}
		}
		if (types.isEmpty()) {
			String meant = Suggestion.nearest(name, known).map((near) -> "Did you mean " + near + "? ").orElse("");
			throw new InvalidExpressionException(expression,
					"reads the " + what + " of a " + type.getSimpleName() + ", which does not exist",
					meant + "Write what is public in " + type.getName() + ".");
		}
		return (types.size() == 1) ? types.iterator().next() : null;
	}

}
