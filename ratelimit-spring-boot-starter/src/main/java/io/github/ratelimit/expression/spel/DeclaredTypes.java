package io.github.ratelimit.expression.spel;

import io.github.ratelimit.Suggestion;
import io.github.ratelimit.expression.InvalidExpressionException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BooleanLiteral;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.StringLiteral;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.util.StringUtils;

/**
 * Finds what the declared types of values exclude: members that no object can have, and
 * values that can be no key, no condition or no number of permits.
 */
final class DeclaredTypes {

	private final ParsedExpression expression;

	DeclaredTypes(ParsedExpression expression) {
		this.expression = expression;
	}

	/** Returns the declared type of a node's value, null if it is unknown. */
	private @Nullable Class<?> typeOf(SpelNode node) {
		VariableOrFunction value = ParsedExpression.named(node);
		if (value != null) {
			return value.type();
		}
		if (node instanceof StringLiteral) {
			return String.class;
		}
		return (node instanceof VariableReference)
				? this.expression.arguments().type(ParsedExpression.argumentName(node)) : null;
	}

	/** Checks that an argument can be a key. */
	void checkKey(VariableReference argument) {
		Class<?> type = typeOf(argument);
		if (type == null || type.isPrimitive()) {
			return;
		}
		String name = argument.toStringAST();
		if (type.isArray() || Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type)) {
			throw this.expression.invalid(
					"uses " + name + " as a key, but it is a " + type.getSimpleName() + ", not a single value",
					"Write the value that is meant, such as " + name
							+ (Map.class.isAssignableFrom(type) ? "['id']." : "[0]."));
		}
		boolean mayBeSubclass = Modifier.isAbstract(type.getModifiers()) || type == Object.class
				|| type == Optional.class;
		if (!mayBeSubclass && !ValueToText.declaresToString(type)) {
			throw this.expression.invalid(
					"uses " + name + " as a key, but " + type.getSimpleName() + " has no toString() of its own",
					"Write the property that is meant, such as " + name + ".id, or give " + type.getSimpleName()
							+ " a toString().");
		}
	}

	/** Checks that an expression can be true or false. */
	void checkCondition(SpelNode node, String example) {
		boolean constant = node instanceof Literal && !(node instanceof BooleanLiteral);
		Class<?> type = typeOf(node);
		if (constant || (type != null && type != boolean.class && type != Boolean.class && type != Object.class)) {
			throw this.expression.invalid("is a value, not a condition", "Compare it, for example " + example + ".");
		}
	}

	/** Checks that an expression can be a number. */
	void checkNumber(SpelNode node) {
		if (node instanceof Literal) {
			throw notANumber(node.toStringAST());
		}
		Class<?> type = (node instanceof VariableReference) ? typeOf(node) : null;
		if (type != null && !mayBeNumber(type)) {
			throw notANumber(node.toStringAST() + ", which is a " + type.getSimpleName() + ",");
		}
	}

	private static boolean mayBeNumber(Class<?> type) {
		return (type.isPrimitive() && type != boolean.class && type != char.class) || type == Object.class
				|| type.isInterface() || Number.class.isAssignableFrom(type)
				|| CharSequence.class.isAssignableFrom(type) || type.getName().startsWith("java.util.Optional");
	}

	private InvalidExpressionException notANumber(String what) {
		return this.expression.invalid("uses " + what + " as a number of permits",
				"Write a number, such as 500, or an expression that returns one.");
	}

	/**
	 * Checks the members of a compound. Only those of final classes, such as records and
	 * {@link String}, are known: the value of another declared class may be of a
	 * subclass.
	 * @param compound a value, and the members after its dots
	 */
	void checkMembers(SpelNode compound) {
		Class<?> type = typeOf(compound.getChild(0));
		for (int i = 1; i < compound.getChildCount() && type != null && tellsItsMembers(type); i++) {
			SpelNode member = compound.getChild(i);
			if (member instanceof PropertyOrFieldReference property) {
				String upper = StringUtils.capitalize(property.getName());
				type = typeOfMember(type, "property", property.getName(), "get" + upper, "is" + upper);
			}
			else {
				type = (member instanceof MethodReference method) ? typeOfMember(type, "method", method.getName())
						: null;
			}
		}
	}

	/** Spring reads through an Optional, and reads a map's values like properties. */
	private static boolean tellsItsMembers(Class<?> type) {
		return Modifier.isFinal(type.getModifiers()) && !type.isArray() && !type.isPrimitive() && type != Optional.class
				&& !Map.class.isAssignableFrom(type);
	}

	/** Returns the type of a member, null if it could be one of several. */
	private @Nullable Class<?> typeOfMember(Class<?> type, String what, String name, String... getters) {
		Set<String> readers = new HashSet<>(Set.of(getters));
		readers.add(name);
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
			throw this.expression.invalid(
					"reads the " + what + " " + name + " of a " + type.getSimpleName() + ", which does not exist",
					meant + "Write what is public in " + type.getName() + ".");
		}
		return (types.size() == 1) ? types.iterator().next() : null;
	}

}
