package io.github.ratelimit.web.filter;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.Decision;
import io.github.ratelimit.limiter.Degradation;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.expression.AfterResponse;
import io.github.ratelimit.expression.Call;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.web.path.RulePhase;
import io.github.ratelimit.web.path.Rules;
import io.github.ratelimit.web.request.ServletRequestFacts;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides over a request by all limits of the matching rules of a phase together. Its own
 * failures allow the request; a limit that fails does not affect the others. Thread-safe.
 */
public final class RequestLimiter {

	private final Rules rules;

	private final ChargeLimiter limiter;

	private final Degradation degradation;

	/**
	 * Creates it.
	 * @param rules the rules
	 * @param limiter decides over the limits
	 * @param degradation where failures of the limiter are reported
	 */
	public RequestLimiter(Rules rules, ChargeLimiter limiter, Degradation degradation) {
		this.rules = rules;
		this.limiter = limiter;
		this.degradation = degradation;
	}

	Decision decide(RulePhase phase, HttpLimitedRequest scope) {
		List<LimitPolicy> matching = List.of();
		try {
			ServletRequestFacts facts = scope.facts();
			matching = this.rules.matching(phase, facts.method(), facts.requestedPath());
			return matching.isEmpty() ? Decision.unlimited() : charge(matching, scope);
		}
		catch (MissingKeyException ex) {
			throw ex;
		}
		catch (RuntimeException | LinkageError ex) {
			return this.degradation.report(matching.stream().map(LimitPolicy::registered).toList(), ex);
		}
	}

	private Decision charge(List<LimitPolicy> policies, HttpLimitedRequest scope) {
		Call call = Call.of(scope.facts());
		List<Charge> charges = new ArrayList<>(policies.size());
		boolean settles = false;
		for (int i = 0; i < policies.size(); i++) {
			Charge charge = charge(policies.get(i), call);
			Charge unpaid = (charge != null) ? scope.unpaid(charge) : null;
			if (unpaid != null) {
				charges.add(unpaid);
				settles |= policies.get(i).afterResponse() != null;
			}
		}
		Decision decision = this.limiter.acquire(charges);
		scope.paid(decision);
		if (settles && decision.isAllowed()) {
			settleAfterResponse(policies, charges, call, scope);
		}
		return decision;
	}

	private void settleAfterResponse(List<LimitPolicy> policies, List<Charge> charges, Call call,
			HttpLimitedRequest scope) {
		for (LimitPolicy policy : policies) {
			AfterResponse afterResponse = policy.afterResponse();
			for (int i = 0; afterResponse != null && i < charges.size(); i++) {
				Charge charge = charges.get(i);
				if (charge.handle().registered() == policy.registered()) {
					scope.settleAfterResponse(charge, afterResponse.settlement(call, charge, this.degradation));
				}
			}
		}
	}

	private @Nullable Charge charge(LimitPolicy policy, Call call) {
		try {
			return policy.charge(call);
		}
		catch (MissingKeyException ex) {
			throw ex;
		}
		catch (RuntimeException | LinkageError ex) {
			this.degradation.report(List.of(policy.registered()), ex);
			return null;
		}
	}

}
