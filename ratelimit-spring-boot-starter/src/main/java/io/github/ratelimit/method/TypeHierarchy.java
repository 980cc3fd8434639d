package io.github.ratelimit.method;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A class with all that it extends and implements. */
final class TypeHierarchy {

	private TypeHierarchy() {
	}

	/**
	 * Returns a class, its superclasses without {@link Object}, and all their interfaces.
	 * @param type a class
	 * @return the classes from the nearest to the farthest, then the interfaces
	 */
	static List<Class<?>> of(Class<?> type) {
		Set<Class<?>> types = new LinkedHashSet<>();
		for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
			types.add(each);
		}
		for (Class<?> each : List.copyOf(types)) {
			addInterfaces(each, types);
		}
		return List.copyOf(types);
	}

	private static void addInterfaces(Class<?> type, Set<Class<?>> types) {
		for (Class<?> implemented : type.getInterfaces()) {
			types.add(implemented);
			addInterfaces(implemented, types);
		}
	}

}
