package io.github.ratelimit.method;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import io.github.ratelimit.RegisteredLimit;
import io.github.ratelimit.expression.LimitPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What the calls of one method pay and what happens when they are refused, prepared at
 * start-up. Immutable, thread-safe.
 *
 * @param policies what the limits take, at least one, no two of the same limit and key
 * expression
 * @param limits the limits
 * @param fallback what is called instead of a refused call, null for the exception
 * @param future whether callers look for failures in a future
 */
record MethodPlan(List<LimitPolicy> policies, List<RegisteredLimit> limits, @Nullable Fallback fallback,
		boolean future) {

	static MethodPlan of(LimitedMethod method, List<LimitPolicy> policies, @Nullable Fallback fallback) {
		List<RegisteredLimit> limits = policies.stream().map(LimitPolicy::registered).distinct().toList();
		return new MethodPlan(List.copyOf(policies), limits, fallback, isFuture(method.method().getReturnType()));
	}

	private static boolean isFuture(Class<?> returnType) {
		return (Future.class.isAssignableFrom(returnType) || CompletionStage.class.isAssignableFrom(returnType))
				&& returnType.isAssignableFrom(CompletableFuture.class);
	}

	/**
	 * Fails a call the way its callers look for failures: a future fails, anything else
	 * throws.
	 * @param failure why the call fails
	 * @return a failed future
	 */
	Object fail(RuntimeException failure) {
		if (this.future) {
			return CompletableFuture.failedFuture(failure);
		}
		throw failure;
	}

}
