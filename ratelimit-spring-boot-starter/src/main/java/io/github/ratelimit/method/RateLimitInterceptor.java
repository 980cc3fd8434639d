package io.github.ratelimit.method;

import java.util.List;

import io.github.ratelimit.Decision;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.call.CallCompletion;
import io.github.ratelimit.call.ResultFollower;
import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.permit.PassedOnCharges;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * Decides before a limited method is called. The limits of all its annotations are one
 * decision. The method and its fallback are called after that, where a failure is their
 * own: the limiter's failures allow the call. Thread-safe.
 */
final class RateLimitInterceptor implements MethodInterceptor {

	private final LimitedMethodRegistry methods;

	RateLimitInterceptor(LimitedMethodRegistry methods) {
		this.methods = methods;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		MethodPolicy policy = null;
		Admission admission = null;
		WaitingMethodCall waiting = null;
		Decision decision = Decision.unlimited();
		try {
			InterceptorDependencies beans = this.methods.beans();
			if (beans.killSwitch().isEnabled()) {
				policy = this.methods.policy(invocation.getMethod(), invocation.getThis());
				admission = new Admission(policy, beans,
						ExpressionRoot.of(beans.currentFacts(), invocation.getArguments()));
				if (policy.future() && policy.waits() && invocation instanceof ProxyMethodInvocation proxied) {
					waiting = new WaitingMethodCall(policy, admission, beans, proxied, admission.decideLater());
				}
				else {
					decision = admission.decide();
				}
			}
		}
		catch (InvalidRateLimitedMethodException ex) {
			throw ex;
		}
		catch (MissingKeyException | RateLimitExceededException ex) {
			if (policy == null) {
				throw ex;
			}
			return policy.fail(ex);
		}
		catch (RuntimeException | LinkageError ex) {
			decision = this.methods.degradation().report((policy != null) ? policy.limits() : List.of(), ex);
		}
		if (waiting != null) {
			return waiting.start();
		}
		return (policy == null || admission == null) ? invocation.proceed()
				: proceed(invocation, policy, admission, decision);
	}

	/** Calls the method if that is allowed, and follows the call to its end. */
	static @Nullable Object proceed(MethodInvocation invocation, MethodPolicy policy, Admission admission,
			Decision decision) throws Throwable {
		if (!decision.isAllowed()) {
			RateLimitExceededException refusal = new RateLimitExceededException(decision);
			FallbackMethod fallback = policy.fallback();
			return (fallback != null) ? fallback.call(invocation.getThis(), invocation.getArguments(), refusal)
					: policy.fail(refusal);
		}
		if (admission.holdsNothing()) {
			return invocation.proceed();
		}
		CallCompletion completion = admission.completion();
		Object result;
		try (PassedOnCharges.Scope scope = PassedOnCharges.pass(completion.passedOn())) {
			result = invocation.proceed();
		}
		catch (Throwable ex) {
			completion.leaveToRequest(invocation.getMethod(), null);
			completion.failed();
			throw ex;
		}
		completion.leaveToRequest(invocation.getMethod(), result);
		return ResultFollower.follow(invocation.getMethod().getReturnType(), result, completion);
	}

}
