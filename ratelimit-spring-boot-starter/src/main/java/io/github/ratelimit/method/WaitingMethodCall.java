package io.github.ratelimit.method;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.github.ratelimit.Decision;
import io.github.ratelimit.call.WaitingCall;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * A call of a method that returns a future, which waits for its permits, and for a remote
 * store, without holding a thread. A call that is decided at once is run by the calling
 * thread.
 */
final class WaitingMethodCall {

	private final MethodPolicy policy;

	private final Admission admission;

	private final InterceptorDependencies beans;

	WaitingMethodCall(MethodPolicy policy, Admission admission, InterceptorDependencies beans) {
		this.policy = policy;
		this.admission = admission;
		this.beans = beans;
	}

	@Nullable Object start(ProxyMethodInvocation invocation) throws Throwable {
		CompletableFuture<Decision> deciding = this.admission.decideLater();
		if (deciding.isDone()) {
			Decision decision = decided(deciding);
			this.admission.writeHeaders();
			return RateLimitInterceptor.proceed(invocation, this.policy, this.admission, decision);
		}
		MethodInvocation later = invocation.invocableClone();
		return WaitingCall.start(deciding, this.beans.executor(),
				() -> RateLimitInterceptor.proceed(later, this.policy, this.admission, decided(deciding)),
				() -> this.admission.decided(null));
	}

	/** The limiter's own failures allow the call. */
	private Decision decided(CompletableFuture<Decision> deciding) {
		Decision decision;
		try {
			decision = deciding.join();
		}
		catch (CompletionException ex) {
			this.admission.decided(null);
			return this.beans.degradation().report(this.policy.limits(), (ex.getCause() != null) ? ex.getCause() : ex);
		}
		this.admission.decided(decision);
		return decision;
	}

}
