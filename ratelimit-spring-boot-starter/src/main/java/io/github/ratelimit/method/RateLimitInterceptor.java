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

	private Decision decide(MethodPlan plan, LimiterBeans beans, Call call) {
		DecisionScope scope = beans.currentScope();
		List<Charge> charges = charges(plan.policies(), call);
		if (scope == null) {
			return beans.rateLimiter().tryAcquire(charges);
		}
		Decision decision = decide(Charge.distinct(charges), beans, scope);
		record(decision, scope);
		return decision;
	}

	/** What a refused call was covered for is there for the next one. */
	private static Decision decide(List<Charge> charges, LimiterBeans beans, DecisionScope scope) {
		long[] covered = new long[charges.size()];
		boolean allowed = false;
		try {
			List<Charge> due = new ArrayList<>(charges.size());
			for (int i = 0; i < covered.length; i++) {
				Charge charge = charges.get(i);
				covered[i] = scope.cover(charge);
				if (covered[i] == 0) {
					due.add(charge);
				}
				else if (covered[i] < charge.permits()) {
					due.add(new Charge(charge.limit(), charge.key(), charge.permits() - covered[i]));
				}
			}
			Decision decision = beans.rateLimiter().tryAcquire(due);
			allowed = decision.allowed();
			return decision;
		}
		finally {
			for (int i = 0; !allowed && i < covered.length; i++) {
				scope.uncover(charges.get(i), covered[i]);
			}
		}
	}

	/** A decision that cannot be told is a decision all the same. */
	private void record(Decision decision, DecisionScope scope) {
		try {
			scope.record(decision);
		}
		catch (RuntimeException | LinkageError ex) {
			this.methods.degradation().report(List.of(), ex);
		}
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

}
