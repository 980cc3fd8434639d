package io.github.ratelimit.method;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.ratelimit.RateLimitExceededException;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.util.ReflectionUtils;

/**
 * The method that is called instead of a refused one: directly on the bean, so that no
 * advice of its own applies. That of a suspend function is another suspend function, or a
 * plain function. Thread-safe.
 *
 * @param method the method to call, whose parameters are those of the limited one
 * @param takesException whether the exception follows them
 * @param ofSuspending whether the limited method is a suspend function, which takes its
 * continuation after all other arguments
 */
record FallbackMethod(Method method, boolean takesException, boolean ofSuspending) {

	FallbackMethod {
		ReflectionUtils.makeAccessible(method);
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
		List<@Nullable Object> taken = new ArrayList<>(Arrays.asList(arguments));
		Object continuation = this.ofSuspending ? taken.remove(arguments.length - 1) : null;
		if (this.takesException) {
			taken.add(refusal);
		}
		if (KotlinDetector.isSuspendingFunction(this.method)) {
			taken.add(continuation);
		}
		Object result = AopUtils.invokeJoinpointUsingReflection(target, this.method, taken.toArray());
		return this.ofSuspending ? published(result) : result;
	}

	/** The proxy of a suspend function waits for publishers alone. */
	private static @Nullable Object published(@Nullable Object result) {
		ReactiveAdapter adapter = (result != null)
				? ReactiveAdapterRegistry.getSharedInstance().getAdapter(null, result) : null;
		return (adapter != null && adapter.isMultiValue()) ? adapter.toPublisher(result) : result;
	}

}
