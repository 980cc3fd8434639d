package io.github.ratelimit.method;

import java.util.ArrayList;
import java.util.List;

import io.github.ratelimit.Charge;
import io.github.ratelimit.Decision;
import io.github.ratelimit.DecisionScope;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.expression.Call;
import io.github.ratelimit.expression.LimitPolicy;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Decides before a limited method is called. The limits of all its annotations are one
 * decision. Thread-safe.
 */
final class RateLimitInterceptor implements MethodInterceptor {

	private final RateLimitedMethods methods;

	RateLimitInterceptor(RateLimitedMethods methods) {
		this.methods = methods;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object target = invocation.getThis();
		MethodPlan plan = null;
		Decision decision = Decision.unlimited();
		try {
			LimiterBeans beans = this.methods.beans();
			if (beans.killSwitch().enabled()) {
				plan = this.methods.plan(invocation.getMethod(), target);
				decision = decide(plan, beans, new Call(beans.currentFacts(), target, invocation.getArguments()));
			}
		}
		catch (InvalidRateLimitedMethodException ex) {
			throw ex;
		}
		catch (MissingKeyException | RateLimitExceededException ex) {
			if (plan == null) {
				throw ex;
			}
			return plan.fail(ex);
		}
		catch (RuntimeException | LinkageError ex) {
			decision = this.methods.degradation().report((plan != null) ? plan.limits() : List.of(), ex);
		}
		if (plan == null || decision.allowed()) {
			return invocation.proceed();
		}
		RateLimitExceededException refusal = new RateLimitExceededException(decision);
		Fallback fallback = plan.fallback();
		return (fallback != null) ? fallback.call(target, invocation.getArguments(), refusal) : plan.fail(refusal);
	}

	private static Decision decide(MethodPlan plan, LimiterBeans beans, Call call) {
		DecisionScope scope = beans.currentScope();
		List<LimitPolicy> policies = plan.policies();
		Decision decision = (policies.size() == 1) ? decideOne(policies.get(0), beans, call, scope)
				: decideAll(policies, beans, call, scope);
		if (scope != null) {
			scope.record(decision);
		}
		return decision;
	}

	private static Decision decideOne(LimitPolicy policy, LimiterBeans beans, Call call,
			@Nullable DecisionScope scope) {
		Charge charge = policy.charge(call);
		if (charge == null) {
			return Decision.unlimited();
		}
		if (scope == null) {
			return beans.rateLimiter().tryAcquire(charge);
		}
		Charge due = due(charge, scope);
		Decision decision = (due != null) ? beans.rateLimiter().tryAcquire(due) : Decision.unlimited();
		if (decision.allowed()) {
			scope.cover(charge);
		}
		return decision;
	}

	private static Decision decideAll(List<LimitPolicy> policies, LimiterBeans beans, Call call,
			@Nullable DecisionScope scope) {
		List<Charge> charges = charges(policies, call);
		if (scope == null) {
			return beans.rateLimiter().tryAcquire(charges);
		}
		List<Charge> due = new ArrayList<>(charges.size());
		for (int i = 0; i < charges.size(); i++) {
			Charge rest = due(charges.get(i), scope);
			if (rest != null) {
				due.add(rest);
			}
		}
		Decision decision = beans.rateLimiter().tryAcquire(due);
		if (decision.allowed()) {
			for (int i = 0; i < charges.size(); i++) {
				scope.cover(charges.get(i));
			}
		}
		return decision;
	}

	private static List<Charge> charges(List<LimitPolicy> policies, Call call) {
		List<Charge> charges = new ArrayList<>(policies.size());
		for (int i = 0; i < policies.size(); i++) {
			Charge charge = policies.get(i).charge(call);
			if (charge != null) {
				charges.add(charge);
			}
		}
		return charges;
	}

	/** What the filter has not paid of a charge; null where that is nothing. */
	private static @Nullable Charge due(Charge charge, DecisionScope scope) {
		long covered = scope.covered(charge);
		if (covered <= 0) {
			return charge;
		}
		long rest = charge.permits() - covered;
		return (rest > 0) ? new Charge(charge.limit(), charge.key(), rest) : null;
	}

}
