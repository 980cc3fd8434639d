package io.github.ratelimit.method;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** The methods of classes as the Kotlin or Java source code has them. */
final class SourceMethods {

	/** Whether Spring's proxies follow suspend functions to their end. */
	static final boolean SUSPENDING_FOLLOWED = KotlinDetector.isKotlinReflectPresent()
			&& ClassUtils.isPresent("kotlinx.coroutines.reactor.MonoKt", SourceMethods.class.getClassLoader());

	private SourceMethods() {
	}

	/**
	 * Returns a class, its superclasses without {@link Object}, and all their interfaces.
	 * @param type a class
	 * @return the classes from the nearest to the farthest, then the interfaces
	 */
	static Set<Class<?>> hierarchy(Class<?> type) {
		Set<Class<?>> types = new LinkedHashSet<>();
		for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
			types.add(each);
		}
		List.copyOf(types).forEach((each) -> addInterfaces(each, types));
		return types;
	}

	private static void addInterfaces(Class<?> type, Set<Class<?>> types) {
		for (Class<?> implemented : type.getInterfaces()) {
			types.add(implemented);
			addInterfaces(implemented, types);
		}
	}

	/**
	 * Returns the name of a method with that of a class.
	 * @param type the class; an anonymous one is named after the class around it
	 * @param method the name of the method
	 * @return for example {@code ChatController.chat}
	 */
	static String displayName(Class<?> type, String method) {
		return (type.isAnonymousClass() ? ClassUtils.getShortName(type) : type.getSimpleName()) + "." + method;
	}

	/** Returns the methods of a class and of all that it extends and implements. */
	static Stream<Method> of(Class<?> type) {
		return hierarchy(type).stream().flatMap(SourceMethods::declaredBy);
	}

	/**
	 * Returns the methods that a class declares, without those that a compiler adds and
	 * copies annotations to: bridges in Java, and {@code $suspendImpl}, {@code $default}
	 * and {@code $annotations} in Kotlin.
	 */
	static Stream<Method> declaredBy(Class<?> type) {
		return Arrays.stream(ReflectionUtils.getDeclaredMethods(type))
			.filter((method) -> !method.isSynthetic() && !method.isBridge());
	}

	/** Returns the types of the parameters as in the source code. */
	static List<Class<?>> parameterTypes(Method method) {
		List<Class<?>> types = new ArrayList<>(List.of(method.getParameterTypes()));
		if (KotlinDetector.isSuspendingFunction(method)) {
			types.remove(types.size() - 1);
		}
		return types;
	}

	/**
	 * Returns the type of the result as in the source code.
	 * @param method the method
	 * @param type the class for which its type variables are resolved
	 */
	static Class<?> returnType(Method method, Class<?> type) {
		boolean suspending = KotlinDetector.isSuspendingFunction(method);
		ResolvableType declared = suspending
				? ResolvableType.forMethodParameter(method, method.getParameterCount() - 1, type).getGeneric()
				: ResolvableType.forMethodReturnType(method, type);
		Class<?> resolved = declared.resolve(suspending ? Object.class : method.getReturnType());
		return resolved.getName().equals("kotlin.Unit") ? void.class : resolved;
	}

}
