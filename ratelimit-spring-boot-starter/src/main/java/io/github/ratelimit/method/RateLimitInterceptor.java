package io.github.ratelimit.method;

import io.github.ratelimit.call.CallCompletion;
import io.github.ratelimit.call.CallFollower;
import java.util.List;

import io.github.ratelimit.Decision;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.expression.Call;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

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
		MethodPlan plan = null;
		Admission admission = null;
		Decision decision = Decision.unlimited();
		try {
			LimiterBeans beans = this.methods.beans();
			if (beans.killSwitch().enabled()) {
				plan = this.methods.plan(invocation.getMethod(), invocation.getThis());
				admission = new Admission(plan, beans,
						new Call(beans.currentFacts(), invocation.getThis(), invocation.getArguments()));
				if (plan.future() && plan.waits() && invocation instanceof ProxyMethodInvocation proxied) {
					return new WaitingMethodCall(plan, admission, beans).start(proxied);
				}
				decision = admission.decide();
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
		return (plan == null || admission == null) ? invocation.proceed()
				: proceed(invocation, plan, admission, decision);
	}

	/** Calls the method if that is allowed, and sees the call to its end. */
	static @Nullable Object proceed(MethodInvocation invocation, MethodPlan plan, Admission admission,
			Decision decision) throws Throwable {
		if (!decision.allowed()) {
			RateLimitExceededException refusal = new RateLimitExceededException(decision);
			Fallback fallback = plan.fallback();
			return (fallback != null) ? fallback.call(invocation.getThis(), invocation.getArguments(), refusal)
					: plan.fail(refusal);
		}
		if (admission.holdsNothing()) {
			return invocation.proceed();
		}
		CallCompletion completion = admission.completion();
		Object result;
		try {
			result = invocation.proceed();
		}
		catch (Throwable ex) {
			completion.leaveToRequest(invocation.getMethod(), null);
			completion.failed();
			throw ex;
		}
		completion.leaveToRequest(invocation.getMethod(), result);
		return CallFollower.follow(invocation.getMethod().getReturnType(), result, completion);
	}

}
