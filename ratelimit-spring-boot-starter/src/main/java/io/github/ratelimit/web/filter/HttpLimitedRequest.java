package io.github.ratelimit.web.filter;

import io.github.ratelimit.permit.StoreDecision;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.permit.CallPermit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.Decision;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.permit.RequestPermit;
import io.github.ratelimit.web.path.RulePhase;
import io.github.ratelimit.web.request.ServletRequestFacts;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one request, over all its dispatches: kept in an attribute of the
 * request.
 */
public final class HttpLimitedRequest implements LimitedRequest {

	/** Bounds the headers of a request whose calls use many keys. */
	static final int MAX_LIMITS = 32;

	private static final String ATTRIBUTE = HttpLimitedRequest.class.getName();

	/** Where Spring MVC leaves the path pattern of the handler. */
	private static final String HANDLER_PATTERN = "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";

	private final CurrentHttpRequest scopes;

	private final ServletRequestFacts facts;

	private @Nullable HttpServletResponse response;

	private final List<LimitDecision> limits = new ArrayList<>(4);

	private final List<Charge> paid = new ArrayList<>(4);

	private final RequestEnd end;

	private final DispatcherType began;

	private boolean hasNewDecisions;

	/** A bit for each phase. */
	private int entered;

	HttpLimitedRequest(CurrentHttpRequest scopes, HttpServletRequest request, @Nullable HttpServletResponse response,
			ServletRequestFacts facts) {
		this.scopes = scopes;
		this.response = response;
		this.facts = facts;
		this.end = new RequestEnd(scopes, this::forgetResponse);
		this.began = request.getDispatcherType();
		request.setAttribute(ATTRIBUTE, this);
	}

	/**
	 * Returns the scope of a request.
	 * @param request the request
	 * @return the scope, null if the limiter has not seen the request
	 */
	public static @Nullable HttpLimitedRequest of(ServletRequest request) {
		return (HttpLimitedRequest) request.getAttribute(ATTRIBUTE);
	}

	synchronized void use(HttpServletRequest request, HttpServletResponse response) {
		this.facts.use(request);
		this.response = response;
	}

	/** A complete response belongs to the container again. */
	private synchronized void forgetResponse() {
		this.response = null;
	}

	synchronized void use(HttpServletResponse response) {
		this.response = response;
	}

	/** Returns whether the request enters this phase for the first time. */
	boolean enter(RulePhase phase) {
		int before = this.entered;
		this.entered |= 1 << phase.ordinal();
		return this.entered != before;
	}

	boolean hasEntered(RulePhase phase) {
		return (this.entered & 1 << phase.ordinal()) != 0;
	}

	/** Returns whether the limiter has seen this type of dispatch at first. */
	boolean beganWith(DispatcherType dispatch) {
		return this.began == dispatch;
	}

	/** Returns the handler for the end of the response. */
	RequestEnd end() {
		return this.end;
	}

	ServletRequestFacts facts() {
		return this.facts;
	}

	/**
	 * Returns the latest decision of each limit and key.
	 * @return in the order in which they first decided
	 */
	public synchronized List<LimitDecision> limits() {
		return List.copyOf(this.limits);
	}

	/**
	 * Notes that what the application has returned cannot be written as its client wants
	 * it.
	 */
	public void cannotBeWritten() {
		this.end.cannotBeWritten();
	}

	/**
	 * Returns the style of a refusal's body.
	 * @return the style of the first matching rule that names one, null for the general
	 * one
	 */
	public @Nullable String bodyStyle() {
		return this.scopes.bodyStyle(this.facts);
	}

	@Override
	public @Nullable String path(String limit) {
		Object pattern = this.facts.attribute(HANDLER_PATTERN);
		return (pattern != null) ? pattern.toString() : this.scopes.path(this.facts, limit);
	}

	/** Keeps what a rule's decision has charged, so that it covers later calls. */
	synchronized void paid(Decision decision) {
		for (ChargeDecision limit : StoreDecision.chargesOf(decision)) {
			note(limit);
			if (decision.isAllowed()) {
				pay(limit.charge());
			}
		}
		if (decision.isAllowed()) {
			this.end.permit().add(decision);
		}
	}

	private void pay(Charge charge) {
		int earlier = indexOfPaid(charge);
		if (earlier < 0) {
			this.paid.add(charge);
		}
		else {
			long permits = this.paid.get(earlier).permits() + charge.permits();
			this.paid.set(earlier, charge.withPermits(permits));
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
		return (rest > 0) ? charge.withPermits(rest) : null;
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
		if (index < 0) {
			return 0;
		}
		Charge paid = charge.limit().isConcurrency() ? this.paid.get(index) : this.paid.remove(index);
		return paid.permits();
	}

	@Override
	public synchronized void uncover(Charge charge, long permits) {
		if (permits > 0 && !charge.limit().isConcurrency()) {
			pay(charge.withPermits(permits));
		}
	}

	@Override
	public CallPermit record(Decision decision, List<Charge> covered) {
		note(decision);
		return decision.isAllowed() ? this.end.permit().call(decision, covered) : CallPermit.nothing();
	}

	@Override
	public void settleAfterResponse(Charge charge, IntToLongFunction actual) {
		this.end.settle(charge, actual);
	}

	/**
	 * Returns the permit of all limits of the request, including those that are recorded
	 * later: settled and ended for all of them together.
	 * @return the request's permit
	 */
	public RequestPermit permit() {
		return this.end.permit();
	}

	@Override
	public boolean keepsOpen(CallPermit call, Method method, @Nullable Object result) {
		if (!this.end.isWatched()) {
			return false; // the request may be the container's again
		}
		boolean handler = AsyncHandlerMethods.isHandler(this.facts, method);
		return (handler || AsyncHandlerMethods.isWrittenLater(result))
				&& this.end.permit().keepOpen(call, handler || !AsyncHandlerMethods.endsByItself(result));
	}

	/** Writes the headers, if there are new ones. */
	@Override
	public synchronized void writeHeaders() {
		if (this.hasNewDecisions && this.response != null) {
			this.hasNewDecisions = false;
			this.scopes.writeHeaders(this.limits, this.response);
		}
	}

	/** Keeps a decision without writing headers. */
	synchronized void note(Decision decision) {
		decision.limits().forEach(this::note);
	}

	/** A decision without data has no headers, and replaces none that has. */
	private void note(LimitDecision limit) {
		if (!limit.hasFacts()) {
			return;
		}
		this.hasNewDecisions = true;
		for (int i = 0; i < this.limits.size(); i++) {
			if (isOfSameBucket(this.limits.get(i), limit)) {
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

	private static boolean isOfSameBucket(LimitDecision one, LimitDecision other) {
		return one.limit().name().equals(other.limit().name()) && one.key().equals(other.key());
	}

}
