package io.github.ratelimit.web;

import io.github.ratelimit.Charge;
import io.github.ratelimit.Decision;
import io.github.ratelimit.DecisionScope;
import io.github.ratelimit.LimitDecision;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import io.github.ratelimit.Permit;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the limits of one request, over all its dispatches: it lives in an
 * attribute of the request.
 */
final class RequestDecisionScope implements DecisionScope {

	/** Bounds the headers of a request whose calls use many keys. */
	static final int MAX_LIMITS = 32;

	private static final String ATTRIBUTE = RequestDecisionScope.class.getName();

	private final RequestScopes scopes;

	private final ServletRequestFacts facts;

	private @Nullable HttpServletResponse response;

	private final List<LimitDecision> limits = new ArrayList<>(4);

	private final List<Charge> paid = new ArrayList<>(4);

	private boolean untold;

	private boolean beforeSecurityDone;

	private boolean afterSecurityDone;

	RequestDecisionScope(RequestScopes scopes, HttpServletRequest request, @Nullable HttpServletResponse response,
			ServletRequestFacts facts) {
		this.scopes = scopes;
		this.response = response;
		this.facts = facts;
		request.setAttribute(ATTRIBUTE, this);
	}

	/**
	 * Returns the scope of a request.
	 * @param request the request
	 * @return the scope, null where the limiter has not seen the request
	 */
	static @Nullable RequestDecisionScope of(ServletRequest request) {
		return (RequestDecisionScope) request.getAttribute(ATTRIBUTE);
	}

	void use(HttpServletRequest request, HttpServletResponse response) {
		this.facts.use(request);
		this.response = response;
	}

	void use(HttpServletResponse response) {
		this.response = response;
	}

	/** Whether this is the first time that the request comes to this phase. */
	boolean enter(RulePhase phase) {
		boolean done = (phase == RulePhase.AFTER_SECURITY) ? this.afterSecurityDone : this.beforeSecurityDone;
		if (phase == RulePhase.AFTER_SECURITY) {
			this.afterSecurityDone = true;
		}
		else {
			this.beforeSecurityDone = true;
		}
		return !done;
	}

	ServletRequestFacts facts() {
		return this.facts;
	}

	/**
	 * Returns the last word of each limit and key.
	 * @return in the order in which they were first asked
	 */
	synchronized List<LimitDecision> limits() {
		return List.copyOf(this.limits);
	}

	/**
	 * Returns the style of a refusal's body.
	 * @return what the first matching rule that names one says, null for the general one
	 */
	@Nullable String bodyStyle() {
		return this.scopes.bodyStyle(this.facts);
	}

	/** Keeps what a rule's decision has charged, for later calls to be covered. */
	synchronized void paid(Decision decision) {
		for (LimitDecision limit : decision.limits()) {
			note(limit);
			if (decision.allowed()) {
				pay(limit.charge());
			}
		}
	}

	private void pay(Charge charge) {
		int earlier = indexOfPaid(charge);
		if (earlier < 0) {
			this.paid.add(charge);
		}
		else {
			long permits = this.paid.get(earlier).permits() + charge.permits();
			this.paid.set(earlier, new Charge(charge.limit(), charge.key(), permits));
		}
	}

	/**
	 * Returns what is left to pay of a charge, without using up what is paid.
	 * @return null if it is paid
	 */
	synchronized @Nullable Charge unpaid(Charge charge) {
		int earlier = this.paid.isEmpty() ? -1 : indexOfPaid(charge);
		if (earlier < 0) {
			return charge;
		}
		long rest = charge.permits() - this.paid.get(earlier).permits();
		return (rest > 0) ? new Charge(charge.limit(), charge.key(), rest) : null;
	}

	private int indexOfPaid(Charge charge) {
		for (int i = 0; i < this.paid.size(); i++) {
			if (this.paid.get(i).sameBucketAs(charge)) {
				return i;
			}
		}
		return -1;
	}

	@Override
	public synchronized long cover(Charge charge) {
		int index = indexOfPaid(charge);
		return (index < 0) ? 0 : Math.min(charge.permits(), this.paid.remove(index).permits());
	}

	@Override
	public synchronized void uncover(Charge charge, long permits) {
		if (permits > 0) {
			pay(new Charge(charge.limit(), charge.key(), permits));
		}
	}

	@Override
	public synchronized void record(Decision decision) {
		note(decision);
		tell();
	}

	@Override
	public Permit permit() {
		throw new UnsupportedOperationException("to be built");
	}

	@Override
	public boolean keepsOpen(Method method, @Nullable Object result) {
		return false;
	}

	/** Writes the headers, if there is anything new to say. */
	synchronized void tell() {
		if (this.untold && this.response != null) {
			this.untold = false;
			this.scopes.tell(this.limits, this.response);
		}
	}

	/** Remembers a decision without telling it. */
	synchronized void note(Decision decision) {
		for (LimitDecision limit : decision.limits()) {
			note(limit);
		}
	}

	/** Who has no facts has no word, and does not take another's back. */
	private void note(LimitDecision limit) {
		if (!limit.hasFacts()) {
			return;
		}
		this.untold = true;
		for (int i = 0; i < this.limits.size(); i++) {
			if (this.limits.get(i).charge().sameBucketAs(limit.charge())) {
				this.limits.set(i, limit);
				return;
			}
		}
		if (this.limits.size() < MAX_LIMITS) {
			this.limits.add(limit);
		}
		else {
			this.limits.set(MAX_LIMITS - 1, limit);
		}
	}

}
