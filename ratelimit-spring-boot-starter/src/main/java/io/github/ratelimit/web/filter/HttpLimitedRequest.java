package io.github.ratelimit.web.filter;

import io.github.ratelimit.Decision;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.permit.CallPermit;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.permit.RequestPermit;
import io.github.ratelimit.permit.StoreDecision;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.web.path.RulePhase;
import io.github.ratelimit.web.path.Rules;
import io.github.ratelimit.web.request.ServletRequestFacts;
import io.github.ratelimit.web.response.ServletAnswers;
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

	private final ServletRequestFacts facts;

	private final Rules rules;

	private final ServletAnswers answers;

	/** Where failures are reported that affect no response. */
	private final LimiterFailures limiterFailures;

	/** Null if there is none, or none any more: then it belongs to the container. */
	private @Nullable HttpServletResponse response;

	private final List<LimitDecision> limits = new ArrayList<>(4);

	/** What rules have allowed, in that order. */
	private final List<Decision> allowed = new ArrayList<>(2);

	/** What they have charged; null as long as no other call asks for it. */
	private @Nullable PaidCharges paid;

	/** Null as long as nothing has to be ended, as in most requests. */
	private @Nullable RequestEnd end;

	/**
	 * The response of the filter that will process the request to its end; null if none
	 * has been entered, or the response is complete. What a later filter has replaced it
	 * by may have another status.
	 */
	private @Nullable HttpServletResponse watched;

	/** Whether the response is complete. */
	private boolean over;

	private final DispatcherType began;

	private boolean hasNewDecisions;

	/** A bit for each phase. */
	private int entered;

	HttpLimitedRequest(HttpServletRequest request, @Nullable HttpServletResponse response, ServletRequestFacts facts,
			Rules rules, ServletAnswers answers, LimiterFailures limiterFailures) {
		this.response = response;
		this.facts = facts;
		this.rules = rules;
		this.answers = answers;
		this.limiterFailures = limiterFailures;
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

	/**
	 * Notes that a filter has been entered that will process the request to its end, and
	 * returns the response to continue with, which reports a failed write.
	 */
	synchronized HttpServletResponse watch(HttpServletResponse response) {
		if (isOver()) {
			return response;
		}
		this.watched = response;
		if (this.end != null) {
			this.end.enter(response);
		}
		return DisconnectAwareResponse.isIn(response) ? response
				: new DisconnectAwareResponse(response, () -> end().disconnected());
	}

	/**
	 * Notes that the filter returns from a dispatch of the request, by an exception if
	 * there is one. Without asynchronous work the response is complete then.
	 */
	void afterDispatch(HttpServletRequest request, HttpServletResponse answer, @Nullable Throwable failure,
			boolean asynchronous) {
		RequestEnd end;
		synchronized (this) {
			if (this.end == null && (this.over || !asynchronous)) {
				complete();
				return;
			}
			end = end();
		}
		end.afterDispatch(request, answer, failure, asynchronous);
	}

	private boolean isOver() {
		return this.over || (this.end != null && this.end.isOver());
	}

	private synchronized void complete() {
		this.over = true;
		this.response = null;
		this.watched = null;
	}

	/** Returns the handler for the end of the response. */
	private synchronized RequestEnd end() {
		if (this.end == null) {
			this.end = new RequestEnd(this.limiterFailures, this.allowed, this::complete);
			if (this.over) {
				this.end.missed();
			}
			else if (this.watched != null) {
				this.end.enter(this.watched);
			}
		}
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

	/** Notes that what the application returned cannot be written as its client wants. */
	public void cannotBeWritten() {
		end().cannotBeWritten();
	}

	/**
	 * Returns the style of a refusal's body.
	 * @return the style of the first matching rule that names one, null for the general
	 * one
	 */
	public @Nullable String bodyStyle() {
		return this.rules.bodyStyle(this.facts.method(), this.facts.requestedPath());
	}

	@Override
	public @Nullable String path(String limit) {
		Object pattern = this.facts.attribute(HANDLER_PATTERN);
		return (pattern != null) ? pattern.toString()
				: this.rules.pattern(this.facts.method(), this.facts.requestedPath(), limit);
	}

	/** Keeps what a rule's decision has charged, so that it covers later calls. */
	synchronized void paid(Decision decision) {
		note(decision);
		if (!decision.isAllowed()) {
			return;
		}
		this.allowed.add(decision);
		if (this.paid != null) {
			this.paid.add(decision);
		}
		if (this.end != null) {
			this.end.permit().add(decision);
		}
		else if (StoreDecision.hasToEnd(decision)) {
			end();
		}
	}

	/**
	 * Returns what is left to pay of a charge, without using up what is paid.
	 * @return null if it is paid
	 */
	synchronized @Nullable Charge unpaid(Charge charge) {
		return this.allowed.isEmpty() ? charge : charges().unpaid(charge);
	}

	@Override
	public synchronized long cover(Charge charge) {
		return this.allowed.isEmpty() ? 0 : charges().cover(charge);
	}

	@Override
	public synchronized void uncover(Charge charge, long permits) {
		charges().uncover(charge, permits);
	}

	private PaidCharges charges() {
		if (this.paid == null) {
			this.paid = new PaidCharges();
			this.allowed.forEach(this.paid::add);
		}
		return this.paid;
	}

	@Override
	public CallPermit record(Decision decision, List<Charge> covered) {
		note(decision);
		boolean holds = decision.isAllowed() && (!covered.isEmpty() || StoreDecision.hasToEnd(decision));
		return holds ? permit().call(decision, covered) : CallPermit.nothing();
	}

	@Override
	public void settleAfterResponse(Charge charge, IntToLongFunction actual) {
		end().settle(charge, actual);
	}

	/**
	 * Returns the permit of all limits of the request, including those that are recorded
	 * later: settled and ended for all of them together.
	 * @return the request's permit
	 */
	public RequestPermit permit() {
		return end().permit();
	}

	@Override
	public boolean keepsOpen(CallPermit call, Method method, @Nullable Object result) {
		synchronized (this) {
			if (this.watched == null || isOver()) {
				return false; // the request may be the container's again
			}
		}
		boolean handler = AsyncHandlerMethods.isHandler(this.facts, method);
		boolean endsByItself = !handler && AsyncHandlerMethods.endsByItself(result);
		return (handler || AsyncHandlerMethods.isWrittenLater(result)) && permit().keepOpen(call, !endsByItself)
				&& !endsByItself;
	}

	/** Writes the headers, if there are new ones; they matter less than the response. */
	@Override
	public synchronized void writeHeaders() {
		if (!this.hasNewDecisions || this.response == null) {
			return;
		}
		this.hasNewDecisions = false;
		try {
			this.answers.writeHeaders(this.limits, this.response);
		}
		catch (RuntimeException | LinkageError ex) {
			this.limiterFailures.report(List.of(), ex);
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
		if (this.limits.size() == MAX_LIMITS) {
			this.limits.remove(MAX_LIMITS - 1);
		}
		this.limits.add(limit);
	}

	private static boolean isOfSameBucket(LimitDecision one, LimitDecision other) {
		return one.limit().name().equals(other.limit().name()) && one.key().equals(other.key());
	}

}
