package io.github.ratelimit.method;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import io.github.ratelimit.RateLimitExceededException;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * The method that is called instead of a refused one: directly on the bean, so that no
 * advice of its own applies. Thread-safe.
 */
class FallbackMethod {

	private static final MethodType SHAPE = MethodType.methodType(Object.class, Object.class, Object[].class,
			RateLimitExceededException.class);

	private final MethodHandle handle;

	FallbackMethod(MethodHandle handle) {
		this.handle = handle;
	}

	/**
	 * Prepares a fallback.
	 * @param method the method to call, whose parameters are those of the limited one
	 * @param takesException whether the exception follows them
	 * @return the fallback
	 */
	static FallbackMethod to(Method method, boolean takesException) {
		return new FallbackMethod(handle(method, takesException));
	}

	static MethodHandle handle(Method method, boolean takesException) {
		ReflectionUtils.makeAccessible(method);
		try {
			MethodHandle handle = MethodHandles.lookup().unreflect(method).asFixedArity();
			if (Modifier.isStatic(method.getModifiers())) {
				handle = MethodHandles.dropArguments(handle, 0, Object.class);
			}
			int arguments = method.getParameterCount();
			if (!takesException) {
				handle = MethodHandles.dropArguments(handle, arguments + 1, RateLimitExceededException.class);
			}
			int spread = takesException ? arguments - 1 : arguments;
			return handle.asSpreader(1, Object[].class, spread).asType(SHAPE);
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException("Cannot call " + method, ex);
		}
	}

	/**
	 * Calls the fallback. Its exceptions are thrown unchanged.
	 * @param target the bean
	 * @param arguments the arguments of the refused call
	 * @param refusal why it was refused
	 * @return the result of the fallback
	 * @throws Throwable the exception of the fallback
	 */
	@Nullable Object call(@Nullable Object target, @Nullable Object[] arguments, RateLimitExceededException refusal)
			throws Throwable {
		return (Object) this.handle.invokeExact(target, arguments, refusal);
	}

}
