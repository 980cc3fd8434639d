package io.github.ratelimit.method;

import io.github.ratelimit.Decision;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.call.CallCompletion;
import io.github.ratelimit.call.ResultFollower;
import io.github.ratelimit.call.WaitingCall;
import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.method.LimitedMethodRegistry.Beans;
import io.github.ratelimit.permit.PassedOnCharges;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.core.Ordered;

/**
 * Decides before a limited method is called. The limits of all its annotations are one
 * decision. The method and its fallback are called after that, where a failure is their
 * own: the limiter's failures allow the call. Thread-safe.
 */
public final class RateLimitInterceptor implements MethodInterceptor {

	private final LimitedMethodRegistry methods;

	RateLimitInterceptor(LimitedMethodRegistry methods) {
		this.methods = methods;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		MethodPolicy policy = null;
		LimitedCall call = null;
		CompletableFuture<Decision> deciding = null;
		Decision decision = Decision.unlimited();
		try {
			Beans beans = this.methods.beans();
			if (beans.killSwitch().isEnabled()) {
				policy = this.methods.policy(invocation.getMethod(), invocation.getThis());
				call = new LimitedCall(policy, beans,
						ExpressionRoot.of(beans.currentFacts(), invocation.getArguments()));
				if (policy.future() && policy.waits() && invocation instanceof ProxyMethodInvocation) {
					deciding = call.decideLater();
				}
				else {
					decision = call.decide();
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
			return fail(policy, ex);
		}
		catch (RuntimeException | LinkageError ex) {
			decision = this.methods.limiterFailures().report((policy != null) ? policy.limits() : List.of(), ex);
		}
		if (policy == null || call == null) {
			return invocation.proceed();
		}
		return (deciding != null) ? proceedWhenDecided((ProxyMethodInvocation) invocation, policy, call, deciding)
				: proceed(invocation, policy, call, decision);
	}

	/**
	 * Calls a method that returns a future: now if the decision is there, and otherwise
	 * after it, so that a call that waits for its permits holds no thread.
	 */
	private @Nullable Object proceedWhenDecided(ProxyMethodInvocation invocation, MethodPolicy policy, LimitedCall call,
			CompletableFuture<Decision> deciding) throws Throwable {
		if (deciding.isDone()) {
			Decision decision = call.join(deciding);
			call.writeHeaders();
			return proceed(invocation, policy, call, decision);
		}
		MethodInvocation later = invocation.invocableClone();
		return WaitingCall.start(deciding, this.methods.beans().executor(),
				() -> proceed(later, policy, call, call.join(deciding)), () -> call.decided(null));
	}

	/** Calls the method if that is allowed, and follows the call to its end. */
	private static @Nullable Object proceed(MethodInvocation invocation, MethodPolicy policy, LimitedCall call,
			Decision decision) throws Throwable {
		if (!decision.isAllowed()) {
			RateLimitExceededException refusal = new RateLimitExceededException(decision);
			FallbackMethod fallback = policy.fallback();
			return (fallback != null) ? fallback.call(invocation.getThis(), invocation.getArguments(), refusal)
					: fail(policy, refusal);
		}
		if (call.holdsNothing()) {
			return invocation.proceed();
		}
		CallCompletion completion = call.completion();
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

	/**
	 * Fails a call in the way that its caller expects: a future fails, a run without a
	 * waiting caller is skipped, anything else throws.
	 * @param policy the policy of its method
	 * @param failure why the call fails
	 * @return a failed future, null for a run that is skipped
	 */
	private static @Nullable Object fail(MethodPolicy policy, RuntimeException failure) {
		if (policy.skipped() != null && failure instanceof RateLimitExceededException refusal) {
			policy.skipped().report(refusal);
			return null;
		}
		if (policy.future()) {
			return CompletableFuture.failedFuture(failure);
		}
		throw failure;
	}

	/**
	 * Applies the limits of {@link io.github.ratelimit.RateLimited @RateLimited} before
	 * all other advice of a bean: a refused call opens no transaction and takes no
	 * thread. Has to be a bean of the infrastructure role, so that every auto-proxy
	 * creator applies it. Matching reads annotations alone, so that no other bean has to
	 * be created for it.
	 */
	public static final class Advisor extends StaticMethodMatcherPointcutAdvisor {

		private final RateLimitedAnnotations annotations;

		/**
		 * Creates the advisor.
		 * @param methods the limited methods
		 */
		public Advisor(LimitedMethodRegistry methods) {
			super(new RateLimitInterceptor(methods));
			this.annotations = methods.annotations();
			setClassFilter(this.annotations::isCandidate);
			setOrder(Ordered.HIGHEST_PRECEDENCE);
		}

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			return this.annotations.find(method, targetClass) != null;
		}

	}

}
