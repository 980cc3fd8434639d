package io.github.ratelimit.web.filter;

import io.github.ratelimit.Decision;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimitException;
import io.github.ratelimit.expression.AfterResponse;
import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.web.path.RulePhase;
import io.github.ratelimit.web.path.Rules;
import io.github.ratelimit.web.request.ServletRequestFacts;
import io.github.ratelimit.web.response.ServletAnswers;
import io.github.ratelimit.web.response.WrappedRefusals;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Applies the rules of one phase, once per request, and binds the request's scope to the
 * thread. Register it twice, before and after Spring Security, for
 * {@link #dispatcherTypes()}: later dispatches of a request are bound, not charged again.
 * A request that a filter in front has suspended or forwarded comes as such a dispatch at
 * first.
 */
public final class RateLimitFilter extends OncePerRequestFilter {

	/** The attribute of a request that was let through while limits were switched off. */
	private static final String LET_THROUGH = RateLimitFilter.class.getName() + ".LET_THROUGH";

	private final RulePhase phase;

	private final Rules rules;

	private final ChargeLimiter limiter;

	private final CurrentHttpRequest scopes;

	private final ServletAnswers answers;

	private final LimiterFailures limiterFailures;

	private final String alreadyFilteredAttribute;

	/**
	 * Creates a filter.
	 * @param phase which rules it applies: those before or those after Spring Security
	 * @param rules the rules
	 * @param limiter decides over the limits of a request together
	 * @param scopes creates the scope of each request
	 * @param answers answers refused requests
	 * @param limiterFailures where failures of the limiter are reported
	 */
	public RateLimitFilter(RulePhase phase, Rules rules, ChargeLimiter limiter, CurrentHttpRequest scopes,
			ServletAnswers answers, LimiterFailures limiterFailures) {
		this.phase = phase;
		this.rules = rules;
		this.limiter = limiter;
		this.scopes = scopes;
		this.answers = answers;
		this.limiterFailures = limiterFailures;
		this.alreadyFilteredAttribute = RateLimitFilter.class.getName() + "." + phase + ALREADY_FILTERED_SUFFIX;
	}

	/**
	 * Returns the dispatches that the filter has to be registered for.
	 * @return a new set
	 */
	public static Set<DispatcherType> dispatcherTypes() {
		return EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD);
	}

	@Override
	protected String getAlreadyFilteredAttributeName() {
		return this.alreadyFilteredAttribute;
	}

	@Override
	protected boolean shouldNotFilterAsyncDispatch() {
		return false;
	}

	@Override
	protected boolean shouldNotFilterErrorDispatch() {
		return false;
	}

	@Override
	protected boolean shouldNotFilter(HttpServletRequest request) {
		if (this.limiter.isEnabled()) {
			return false;
		}
		request.setAttribute(LET_THROUGH, true);
		return true;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		HttpLimitedRequest known = HttpLimitedRequest.of(request);
		HttpServletResponse prepared = prepare(request, response, known == null);
		HttpLimitedRequest scope = (known == null) ? this.scopes.create(request, prepared) : known;
		HttpLimitedRequest previous = this.scopes.bind(scope);
		Throwable failure = null;
		try {
			if (previous != scope) {
				prepared = scope.watch(prepared);
			}
			if (isLater(request, scope)) {
				scope.use(prepared);
				if (request.getDispatcherType() == DispatcherType.ASYNC) {
					scope.writeHeaders(); // of a call that waited without a thread
				}
				proceed(request, prepared, chain, scope);
			}
			else {
				scope.use(request, prepared);
				if (admits(request, prepared, scope)) {
					proceed(request, prepared, chain, scope);
				}
			}
		}
		catch (ServletException | IOException | RuntimeException | Error ex) {
			failure = ex;
			throw ex;
		}
		finally {
			this.scopes.bind(previous);
			if (previous != scope) {
				scope.afterDispatch(request, prepared, failure, isAsynchronous(request));
			}
		}
	}

	private static boolean isAsynchronous(HttpServletRequest request) {
		try {
			return request.isAsyncStarted();
		}
		catch (IllegalStateException ex) {
			return false; // it has come to its end meanwhile
		}
	}

	private boolean isLater(HttpServletRequest request, HttpLimitedRequest scope) {
		DispatcherType type = request.getDispatcherType();
		if (type == DispatcherType.REQUEST) {
			return false;
		}
		return scope.hasEntered(this.phase) || request.getAttribute(LET_THROUGH) != null
				|| RequestEnd.isErrorPage(request) || (type == DispatcherType.FORWARD && !scope.beganWith(type));
	}

	/** Later dispatches may use the container's own response again. */
	private HttpServletResponse prepare(HttpServletRequest request, HttpServletResponse response, boolean first) {
		try {
			return this.answers.prepare(request, response, first);
		}
		catch (RuntimeException | LinkageError ex) {
			this.limiterFailures.report(List.of(), ex);
			return response;
		}
	}

	private boolean admits(HttpServletRequest request, HttpServletResponse response, HttpLimitedRequest scope)
			throws IOException {
		if (!scope.enter(this.phase) || this.rules.of(this.phase).isEmpty()
				|| this.answers.answersPreflight(request, response)) {
			return true;
		}
		Decision decision;
		try {
			decision = decide(scope);
		}
		catch (MissingKeyException ex) {
			answer(request, response, scope, ex);
			observe(scope, request, List.of(ex.limit()));
			return false;
		}
		if (!decision.isAllowed()) {
			answer(request, response, scope, decision);
			observe(scope, request, decision.violated().stream().map((limit) -> limit.limit().name()).toList());
			return false;
		}
		scope.writeHeaders();
		return true;
	}

	/** A failure of the limiter allows the request, and affects no other limit. */
	private Decision decide(HttpLimitedRequest scope) {
		List<LimitPolicy> matching = List.of();
		try {
			ServletRequestFacts facts = scope.facts();
			matching = this.rules.matching(this.phase, facts.method(), facts.requestedPath());
			return matching.isEmpty() ? Decision.unlimited() : charge(matching, scope);
		}
		catch (MissingKeyException ex) {
			throw ex;
		}
		catch (RuntimeException | LinkageError ex) {
			return this.limiterFailures.report(matching.stream().map(LimitPolicy::registered).toList(), ex);
		}
	}

	private Decision charge(List<LimitPolicy> policies, HttpLimitedRequest scope) {
		ExpressionRoot call = scope.facts();
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

	private void settleAfterResponse(List<LimitPolicy> policies, List<Charge> charges, ExpressionRoot call,
			HttpLimitedRequest scope) {
		for (LimitPolicy policy : policies) {
			AfterResponse afterResponse = policy.afterResponse();
			for (int i = 0; afterResponse != null && i < charges.size(); i++) {
				Charge charge = charges.get(i);
				if (charge.handle().registered() == policy.registered()) {
					scope.settleAfterResponse(charge, afterResponse.settlement(call, charge, this.limiterFailures));
				}
			}
		}
	}

	private @Nullable Charge charge(LimitPolicy policy, ExpressionRoot call) {
		try {
			return policy.charge(call);
		}
		catch (MissingKeyException ex) {
			throw ex;
		}
		catch (RuntimeException | LinkageError ex) {
			this.limiterFailures.report(List.of(policy.registered()), ex);
			return null;
		}
	}

	private void proceed(HttpServletRequest request, HttpServletResponse response, FilterChain chain,
			HttpLimitedRequest scope) throws ServletException, IOException {
		try {
			chain.doFilter(request, response);
		}
		catch (ServletException | RuntimeException ex) {
			RateLimitException refusal = WrappedRefusals.find(ex);
			if (refusal == null || response.isCommitted() || request.isAsyncStarted()) {
				throw ex;
			}
			if (refusal instanceof RateLimitExceededException refused) {
				scope.note(refused.decision());
			}
			answer(request, response, scope, refusal);
		}
	}

	/** Observes a refusal by a rule under the rule's path. Never fails. */
	private void observe(HttpLimitedRequest scope, HttpServletRequest request, List<String> refusing) {
		try {
			ServletRequestFacts facts = scope.facts();
			String pattern = this.rules.pattern(this.phase, facts.method(), facts.requestedPath(), refusing);
			if (pattern != null) {
				ObservedPath.set(request, pattern);
			}
		}
		catch (RuntimeException | LinkageError ex) {
			this.limiterFailures.report(List.of(), ex);
		}
	}

	private void answer(HttpServletRequest request, HttpServletResponse response, HttpLimitedRequest scope,
			Decision refused) throws IOException {
		try {
			this.answers.refuse(request, response, refused, scope.limits(), scope.bodyStyle());
		}
		catch (RuntimeException | LinkageError ex) {
			answerFailed(ex, response, ServletAnswers.status(refused));
		}
	}

	private void answer(HttpServletRequest request, HttpServletResponse response, HttpLimitedRequest scope,
			RateLimitException refused) throws IOException {
		try {
			this.answers.refuse(request, response, refused, scope.limits(), scope.bodyStyle());
		}
		catch (RuntimeException | LinkageError ex) {
			answerFailed(ex, response, WrappedRefusals.status(refused));
		}
	}

	/** A refused request stays refused, even if its answer cannot be written. */
	private void answerFailed(Throwable ex, HttpServletResponse response, int status) {
		this.limiterFailures.report(List.of(), ex);
		if (!response.isCommitted() && response.getStatus() < HttpStatus.BAD_REQUEST.value()) {
			response.setStatus(status);
		}
	}

}
