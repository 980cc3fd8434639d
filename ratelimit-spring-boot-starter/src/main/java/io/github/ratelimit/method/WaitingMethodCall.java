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

	private final ProxyMethodInvocation invocation;

	/** Becomes the decision about the call. */
	private final CompletableFuture<Decision> deciding;

	WaitingMethodCall(MethodPolicy policy, Admission admission, InterceptorDependencies beans,
			ProxyMethodInvocation invocation, CompletableFuture<Decision> deciding) {
		this.policy = policy;
		this.admission = admission;
		this.beans = beans;
		this.invocation = invocation;
		this.deciding = deciding;
	}

	/**
	 * Runs the call now if it is decided, and otherwise after its decision.
	 * @throws Throwable what the method or its fallback throws
	 */
	@Nullable Object start() throws Throwable {
		if (this.deciding.isDone()) {
			Decision decision = decided();
			this.admission.writeHeaders();
			return RateLimitInterceptor.proceed(this.invocation, this.policy, this.admission, decision);
		}
		MethodInvocation later = this.invocation.invocableClone();
		return WaitingCall.start(this.deciding, this.beans.executor(),
				() -> RateLimitInterceptor.proceed(later, this.policy, this.admission, decided()),
				() -> this.admission.decided(null));
	}

	/** The limiter's own failures allow the call. */
	private Decision decided() {
		Decision decision;
		try {
			decision = this.deciding.join();
		}
		catch (CompletionException ex) {
			this.admission.decided(null);
			return this.beans.degradation().report(this.policy.limits(), (ex.getCause() != null) ? ex.getCause() : ex);
		}
		this.admission.decided(decision);
		return decision;
	}

}
