package io.github.ratelimit.expression.spel;

import java.lang.reflect.Array;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Converts the values of expressions, such as claims, to the texts of keys and plans.
 * <ul>
 * <li>Null, an empty or blank text and an empty {@link Optional} are no value.
 * <li>A collection or an array of exactly one element is that element, as a token's
 * {@code aud} often is; of none or several it is no value, and neither is a map.
 * <li>An object without a {@code toString} of its own is no value: its text would be
 * another one for every object.
 * <li>Everything else is its {@link String#valueOf(Object)}.
 * </ul>
 */
final class ValueToText {

	private static final ClassValue<Boolean> HAS_TEXT = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			return declaresToString(type);
		}

	};

	private ValueToText() {
	}

	static @Nullable String text(@Nullable Object value) {
		if (value == null || value instanceof String) {
			return presentOrNull((String) value);
		}
		Object unwrapped = unwrap(value);
		if (unwrapped != value) {
			return text(unwrapped);
		}
		boolean hasText = !(value instanceof Map<?, ?>) && HAS_TEXT.get(value.getClass());
		return hasText ? presentOrNull(value.toString()) : null;
	}

	private static @Nullable String presentOrNull(@Nullable String text) {
		return (text == null || text.isBlank()) ? null : text;
	}

	/**
	 * Returns the content of a container: null for an empty one; other values are
	 * returned as they are.
	 */
	static @Nullable Object unwrap(Object value) {
		if (value instanceof Optional<?> optional) {
			return optional.orElse(null);
		}
		if (value instanceof OptionalInt optional) {
			return optional.isPresent() ? optional.getAsInt() : null;
		}
		if (value instanceof OptionalLong optional) {
			return optional.isPresent() ? optional.getAsLong() : null;
		}
		if (value instanceof OptionalDouble optional) {
			return optional.isPresent() ? optional.getAsDouble() : null;
		}
		if (value instanceof Collection<?> collection) {
			return (collection.size() == 1) ? collection.iterator().next() : null;
		}
		if (value.getClass().isArray()) {
			return (Array.getLength(value) == 1) ? Array.get(value, 0) : null;
		}
		return value;
	}

	/** Returns whether exactly this class has its own text. */
	static boolean declaresToString(Class<?> type) {
		try {
			return type.getMethod("toString").getDeclaringClass() != Object.class;
		}
		catch (NoSuchMethodException ex) {
			return false;
		}
	}

}
