package io.github.ratelimit.method;

import java.util.concurrent.Executor;

import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.limiter.Degradation;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.expression.RequestFacts;
import io.github.ratelimit.expression.spel.ExpressionParser;
import org.jspecify.annotations.Nullable;

/**
 * The beans that the advice works with.
 *
 * @param rateLimiter decides
 * @param registry gets the limits of annotations that have a rate of their own
 * @param policies the configured limits
 * @param expressions reads keys and costs
 * @param degradation where failures of the limiter are reported
 * @param killSwitch switches everything off and on
 * @param scope finds what filter and advice share about a request, null if there are no
 * requests
 * @param facts finds the request that a call serves, null if there are no requests
 * @param executor calls methods that waited for their permits without a thread
 * @param unseenRequests whether the application serves requests of which nothing is seen
 * here, as a reactive one
 */
public record InterceptorDependencies(ChargeLimiter limiter, LimitRegistry registry, LimitPolicies policies,
		ExpressionParser expressions, Degradation degradation, KillSwitch killSwitch,
		LimitedRequest.@Nullable Current scope, RequestFacts.@Nullable Current facts, Executor executor,
		boolean unseenRequests) {

	@Nullable LimitedRequest currentScope() {
		return (this.scope != null) ? this.scope.get() : null;
	}

	@Nullable RequestFacts currentFacts() {
		return (this.facts != null) ? this.facts.get() : null;
	}

}
