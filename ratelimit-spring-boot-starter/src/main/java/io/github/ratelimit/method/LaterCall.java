package io.github.ratelimit.method;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import io.github.ratelimit.Decision;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * A call of a method that returns a future, which waits for its turn without holding a
 * thread: the method is called by the executor of such calls when the turn has come. A
 * call that need not wait is made at once, by the calling thread. Who cancels the future
 * gives the turn back.
 */
final class LaterCall {

	private final ProxyMethodInvocation invocation;

	private final MethodPlan plan;

	private final Admission admission;

	private final LimiterBeans beans;

	private final CompletableFuture<@Nullable Object> told = new CompletableFuture<>();

	LaterCall(ProxyMethodInvocation invocation, MethodPlan plan, Admission admission, LimiterBeans beans) {
		this.invocation = invocation;
		this.plan = plan;
		this.admission = admission;
		this.beans = beans;
	}

	@Nullable Object start() throws Throwable {
		CompletableFuture<Decision> deciding = this.admission.decideLater();
		if (deciding.isDone()) {
			Decision decision = decided(deciding);
			this.admission.tell();
			return RateLimitInterceptor.proceed(this.invocation, this.plan, this.admission, decision);
		}
		MethodInvocation later = this.invocation.invocableClone();
		deciding.handleAsync((decision, failure) -> call(later, deciding), this.beans.executor())
			.whenComplete((called, failure) -> {
				if (failure != null) {
					notCalled(deciding, failure);
				}
			});
		this.told.whenComplete((value, failure) -> {
			if (this.told.isCancelled()) {
				deciding.cancel(false);
			}
		});
		return this.told;
	}

	/** The limiter's own failures let the call through. */
	private Decision decided(CompletableFuture<Decision> deciding) {
		Decision decision;
		try {
			decision = deciding.join();
		}
		catch (CompletionException ex) {
			this.admission.decided(null);
			return this.beans.degradation().report(this.plan.limits(), (ex.getCause() != null) ? ex.getCause() : ex);
		}
		this.admission.decided(decision);
		return decision;
	}

	private boolean call(MethodInvocation later, CompletableFuture<Decision> deciding) {
		if (this.told.isDone()) {
			giveBack(deciding);
			return false;
		}
		try {
			tell(RateLimitInterceptor.proceed(later, this.plan, this.admission, decided(deciding)));
		}
		catch (Throwable ex) {
			this.told.completeExceptionally(ex);
		}
		return true;
	}

	private void tell(@Nullable Object result) {
		if (!(result instanceof CompletionStage<?> stage)) {
			this.told.complete(result);
			return;
		}
		stage.whenComplete((value, failure) -> {
			if (failure != null) {
				this.told.completeExceptionally(failure);
			}
			else {
				this.told.complete(value);
			}
		});
		if (stage instanceof CompletableFuture<?> future) {
			this.told.whenComplete((value, failure) -> {
				if (this.told.isCancelled()) {
					future.cancel(true);
				}
			});
		}
	}

	/** Nobody could be found who calls the method. */
	private void notCalled(CompletableFuture<Decision> deciding, Throwable failure) {
		giveBack(deciding);
		this.told.completeExceptionally(failure);
	}

	private void giveBack(CompletableFuture<Decision> deciding) {
		this.admission.decided(null);
		if (!deciding.isCompletedExceptionally() && deciding.join().allowed()) {
			deciding.join().permit().giveBack();
		}
	}

}
