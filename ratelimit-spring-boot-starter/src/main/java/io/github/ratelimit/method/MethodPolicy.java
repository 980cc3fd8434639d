package io.github.ratelimit.method;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.limiter.SkippedRuns;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.Expression;
import org.jspecify.annotations.Nullable;

/**
 * What the calls of one method pay and what happens when they are refused, prepared at
 * start-up. Immutable, thread-safe.
 *
 * @param policies what the limits take, at least one, no two of the same limit and key
 * expression
 * @param settles expressions for the actual cost, in the order of the policies, null for
 * those whose cost does not change
 * @param limits the limits
 * @param fallback called instead of a refused method, null to throw the exception
 * @param future whether callers look for failures in a future
 * @param skipped reports refused runs without a caller that waits for the result, null if
 * there is one
 */
record MethodPolicy(List<LimitPolicy> policies, List<@Nullable Expression<Long>> settles, List<RegisteredLimit> limits,
		@Nullable FallbackMethod fallback, boolean future, @Nullable SkippedRuns skipped) {

	static MethodPolicy of(LimitedMethod method, Map<LimitPolicy, @Nullable Expression<Long>> policies,
			@Nullable FallbackMethod fallback, @Nullable SkippedRuns skipped) {
		List<LimitPolicy> charged = List.copyOf(policies.keySet());
		List<@Nullable Expression<Long>> settles = Collections.unmodifiableList(new ArrayList<>(policies.values()));
		List<RegisteredLimit> limits = charged.stream().map(LimitPolicy::registered).distinct().toList();
		return new MethodPolicy(charged, settles, limits, fallback, isFuture(method.method().getReturnType()), skipped);
	}

	private static boolean isFuture(Class<?> returnType) {
		return (Future.class.isAssignableFrom(returnType) || CompletionStage.class.isAssignableFrom(returnType))
				&& returnType.isAssignableFrom(CompletableFuture.class);
	}

	/** Returns whether calls may wait for one of the limits, as it is configured now. */
	boolean waits() {
		for (RegisteredLimit limit : this.limits) {
			if (limit.limit().isPaced()) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Fails a call in the way that its caller expects: a future fails, a run without a
	 * waiting caller is skipped, anything else throws.
	 * @param failure why the call fails
	 * @return a failed future, null for a run that is skipped
	 */
	@Nullable Object fail(RuntimeException failure) {
		if (this.skipped != null && failure instanceof RateLimitExceededException refusal) {
			this.skipped.report(refusal);
			return null;
		}
		if (this.future) {
			return CompletableFuture.failedFuture(failure);
		}
		throw failure;
	}

}
