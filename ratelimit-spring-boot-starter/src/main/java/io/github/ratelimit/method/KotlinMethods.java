package io.github.ratelimit.method;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

import org.springframework.core.KotlinDetector;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/** Relates compiled methods to the Kotlin or Java source code. */
final class KotlinMethods {

	/** Whether Spring's proxies follow suspend functions to their end. */
	static final boolean SUSPENDING_FOLLOWED = KotlinDetector.isKotlinReflectPresent()
			&& ClassUtils.isPresent("kotlinx.coroutines.reactor.MonoKt", KotlinMethods.class.getClassLoader());

	private KotlinMethods() {
	}

	/**
	 * Returns whether a method is not in the source code. A compiler copies annotations
	 * to some of these: bridges in Java, and {@code $suspendImpl}, {@code $default} and
	 * {@code $annotations} in Kotlin.
	 */
	static boolean isArtefact(Method method) {
		return method.isSynthetic() || method.isBridge();
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
		ResolvableType declared = KotlinDetector.isSuspendingFunction(method)
				? ResolvableType.forMethodParameter(method, method.getParameterCount() - 1, type).getGeneric()
				: ResolvableType.forMethodReturnType(method, type);
		Class<?> resolved = declared
			.resolve(KotlinDetector.isSuspendingFunction(method) ? Object.class : method.getReturnType());
		return resolved.getName().equals("kotlin.Unit") ? void.class : resolved;
	}

}
