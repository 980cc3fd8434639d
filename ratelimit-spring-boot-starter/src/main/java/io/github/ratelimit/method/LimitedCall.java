package io.github.ratelimit.method;

import io.github.ratelimit.Decision;
import io.github.ratelimit.call.CallCompletion;
import io.github.ratelimit.expression.AfterResponse;
import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.method.LimitedMethodRegistry.Beans;
import io.github.ratelimit.permit.CallPermit;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.store.Charge;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One call of a limited method: its charges, the part of them that its request has paid
 * already, and what it holds when it is allowed. Used for one call, by one thread at a
 * time.
 */
final class LimitedCall {

	private final MethodPolicy policy;

	private final Beans beans;

	private final ExpressionRoot call;

	private final @Nullable LimitedRequest scope;

	/** Null if the limit does not apply to the call, in the order of the policies. */
	private final List<@Nullable Charge> charges;

	private List<Charge> asked = List.of();

	private long[] covered = {};

	private CallPermit permit = CallPermit.nothing();

	/**
	 * Determines the charges of a call.
	 * @throws io.github.ratelimit.MissingKeyException if it has no key and is to be
	 * denied
	 */
	LimitedCall(MethodPolicy policy, Beans beans, ExpressionRoot call) {
		this.policy = policy;
		this.beans = beans;
		this.call = call;
		this.scope = beans.currentScope();
		List<LimitPolicy> policies = policy.policies();
		this.charges = new ArrayList<>(policies.size());
		for (int i = 0; i < policies.size(); i++) {
			this.charges.add(policies.get(i).charge(call));
		}
	}

	/** Decides, and waits for permits in this thread. */
	Decision decide() {
		Decision decision = null;
		try {
			decision = this.beans.limiter().acquire(due());
		}
		finally {
			decided(decision);
		}
		writeHeaders();
		return decision;
	}

	/** Decides, and waits for permits without a thread. */
	CompletableFuture<Decision> decideLater() {
		try {
			return this.beans.limiter().acquireAsync(due());
		}
		catch (RuntimeException | LinkageError ex) {
			decided(null);
			throw ex;
		}
	}

	/**
	 * Notes a decision that was made without a thread. The limiter's own failures allow
	 * the call.
	 */
	Decision join(CompletableFuture<Decision> deciding) {
		Decision decision;
		try {
			decision = deciding.join();
		}
		catch (CompletionException ex) {
			decided(null);
			return this.beans.limiterFailures()
				.report(this.policy.limits(), (ex.getCause() != null) ? ex.getCause() : ex);
		}
		decided(decision);
		return decision;
	}

	/** A decision whose headers cannot be written is still valid. */
	void writeHeaders() {
		if (this.scope != null) {
			try {
				this.scope.writeHeaders();
			}
			catch (RuntimeException | LinkageError ex) {
				this.beans.limiterFailures().report(List.of(), ex);
			}
		}
	}

	private List<Charge> due() {
		List<Charge> named = new ArrayList<>(this.charges.size());
		for (int i = 0; i < this.charges.size(); i++) {
			Charge charge = this.charges.get(i);
			if (charge != null) {
				named.add(charge);
			}
		}
		if (this.scope == null) {
			return named;
		}
		this.asked = Charge.distinct(named);
		this.covered = new long[this.asked.size()];
		List<Charge> due = new ArrayList<>(this.covered.length);
		for (int i = 0; i < this.covered.length; i++) {
			Charge charge = this.asked.get(i);
			this.covered[i] = this.scope.cover(charge);
			if (this.covered[i] == 0) {
				due.add(charge);
			}
			else if (this.covered[i] < charge.permits()) {
				due.add(charge.withPermits(charge.permits() - this.covered[i]));
			}
		}
		return due;
	}

	/**
	 * Notes the decision. Permits that covered a refused call are available to the next
	 * one.
	 * @param decision the decision, null if there was none
	 */
	void decided(@Nullable Decision decision) {
		if (this.scope == null) {
			this.permit = (decision != null && decision.isAllowed()) ? CallPermit.of(decision) : this.permit;
			return;
		}
		boolean allowed = decision != null && decision.isAllowed();
		List<Charge> used = List.of();
		for (int i = 0; i < this.covered.length; i++) {
			if (!allowed) {
				this.scope.uncover(this.asked.get(i), this.covered[i]);
			}
			else if (this.covered[i] > 0) {
				used = used.isEmpty() ? new ArrayList<>(this.covered.length) : used;
				used.add(this.asked.get(i));
			}
		}
		if (decision != null) {
			record(decision, used, this.scope);
		}
	}

	/** A decision that cannot be recorded is still held. */
	private void record(Decision decision, List<Charge> used, LimitedRequest scope) {
		try {
			this.permit = scope.record(decision, used);
			if (decision.isAllowed()) {
				settleAfterResponse(scope);
			}
		}
		catch (RuntimeException | LinkageError ex) {
			if (decision.isAllowed() && this.permit.holdsNothing()) {
				this.permit = CallPermit.of(decision);
			}
			this.beans.limiterFailures().report(List.of(), ex);
		}
	}

	private void settleAfterResponse(LimitedRequest scope) {
		for (int i = 0; i < this.charges.size(); i++) {
			AfterResponse afterResponse = this.policy.policies().get(i).afterResponse();
			Charge charge = this.charges.get(i);
			if (afterResponse != null && charge != null) {
				scope.settleAfterResponse(charge,
						afterResponse.settlement(this.call, charge, this.beans.limiterFailures()));
			}
		}
	}

	/** Returns the completion of the allowed call. */
	CallCompletion completion() {
		List<CallCompletion.Settlement> settlements = List.of();
		for (int i = 0; i < this.charges.size(); i++) {
			Expression<Long> settle = this.policy.settles().get(i);
			Charge charge = this.charges.get(i);
			if (settle != null && charge != null) {
				settlements = settlements.isEmpty() ? new ArrayList<>(1) : settlements;
				settlements.add(new CallCompletion.Settlement(charge, (result) -> AfterResponse.actualCost(settle,
						this.call.returned(result), charge, this.beans.limiterFailures())));
			}
		}
		return new CallCompletion(this.permit, settlements, this.scope, this.beans.limiterFailures());
	}

	boolean holdsNothing() {
		return this.permit.holdsNothing();
	}

}
