package io.github.ratelimit.method;

import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.method.InlineLimitNames.InlineLimit;
import io.github.ratelimit.method.LimitedMethod.Declaration;
import io.github.ratelimit.method.LimitedMethodRegistry.Beans;
import io.github.ratelimit.registry.RegisteredLimit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
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
	 * Builds the policies of methods from their annotations: registers the limits that
	 * these declare, and finds the fallbacks. Not thread-safe.
	 */
	static final class Builder {

		private final Beans beans;

		private final InlineLimitNames names = new InlineLimitNames();

		private final Map<InlineLimit, LimitPolicy> inline = new HashMap<>();

		Builder(Beans beans) {
			this.beans = beans;
		}

		/**
		 * Names the limits that methods declare. All known methods have to be passed
		 * together, since names depend on each other.
		 * @param methods the methods
		 */
		void nameLimits(Collection<LimitedMethod> methods) {
			List<InlineLimit> limits = methods.stream().flatMap((method) -> InlineLimit.of(method).stream()).toList();
			this.names.assign(limits, (name) -> this.beans.registry().find(name).isPresent());
		}

		/**
		 * Builds the policy of a method.
		 * @param method the method, whose limits have been named
		 * @return the policy
		 * @throws InvalidRateLimitedMethodException if an annotation of it cannot work
		 */
		MethodPolicy build(LimitedMethod method) {
			Map<LimitPolicy, @Nullable Expression<Long>> settles = new LinkedHashMap<>();
			Iterator<InlineLimit> inlineLimits = InlineLimit.of(method).iterator();
			for (Declaration declaration : method.declarations()) {
				RateLimitedAttributes attributes = new RateLimitedAttributes(declaration, this.beans);
				List<LimitPolicy> declared = declaration.rate().isEmpty() ? attributes.configured()
						: List.of(inline(attributes, inlineLimits.next()));
				Expression<Long> settle = attributes.settle(declared);
				for (LimitPolicy policy : declared) {
					settles.putIfAbsent(policy, policy.registered().limit().hasCost() ? settle : null);
				}
			}
			List<LimitPolicy> policies = List.copyOf(settles.keySet());
			policies.forEach((policy) -> policy.registered().bindTo(method.displayName()));
			MethodPolicy policy = new MethodPolicy(policies,
					Collections.unmodifiableList(new ArrayList<>(settles.values())),
					policies.stream().map(LimitPolicy::registered).distinct().toList(), FallbackMethod.of(method),
					isFuture(method.method().getReturnType()), ScheduledAndListenerMethods.isSkipped(method.method())
							? new SkippedRuns(method.displayName(), this.beans.limiterFailures().sparseLog()) : null);
			ScheduledAndListenerMethods.warnOfRefusedMessages(method, policy);
			return policy;
		}

		private LimitPolicy inline(RateLimitedAttributes attributes, InlineLimit limit) {
			// no computeIfAbsent: what listens for new limits may build another policy
			LimitPolicy policy = this.inline.get(limit);
			if (policy == null) {
				policy = attributes.declared(this.names.of(limit));
				this.inline.put(limit, policy);
			}
			return policy;
		}

		private static boolean isFuture(Class<?> returnType) {
			return (Future.class.isAssignableFrom(returnType) || CompletionStage.class.isAssignableFrom(returnType))
					&& returnType.isAssignableFrom(CompletableFuture.class);
		}

	}

}
