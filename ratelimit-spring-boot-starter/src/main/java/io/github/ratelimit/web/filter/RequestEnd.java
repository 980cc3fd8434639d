package io.github.ratelimit.web.filter;

import io.github.ratelimit.Decision;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.permit.RequestPermit;
import io.github.ratelimit.store.Charge;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Ends what a request holds, once, when its response is complete: when the filter returns
 * and nothing is asynchronous, otherwise at the end of the asynchronous work.
 * <p>
 * A request has failed if its status is an error, or if it broke before anything was
 * sent. A request that broke later costs what it reported, or otherwise what it reserved;
 * the same is true if the client disconnected, the time ran out, or the client does not
 * accept the result. The work may have been done, and no client should get it free of
 * charge. For the same reason a call that is charged by its outcome is charged if the
 * outcome stays unknown.
 */
final class RequestEnd implements AsyncListener {

	/** Runs when the response is complete. */
	private final Runnable afterwards;

	private final RequestPermit permit;

	private final Settlements settlements;

	private final AtomicBoolean over = new AtomicBoolean();

	private volatile @Nullable HttpServletResponse response;

	/** Whether an exception has left the application, even if the response had begun. */
	private volatile boolean thrown;

	/** Whether the request broke before anything was sent. */
	private volatile boolean broken;

	/** Whether work may have been done whose result was not sent. */
	private volatile boolean unsent;

	/** Whether the response could not be written, as its client has disconnected. */
	private volatile boolean disconnected;

	/** Whether a container thread is between the filter's entry and its return. */
	private volatile boolean dispatched;

	/**
	 * Creates the end of a request.
	 * @param limiterFailures where failures are reported
	 * @param decisions what the request was allowed by then
	 * @param afterwards runs when the response is complete
	 */
	RequestEnd(LimiterFailures limiterFailures, List<Decision> decisions, Runnable afterwards) {
		this.permit = new RequestPermit(decisions);
		this.settlements = new Settlements(this.permit, limiterFailures);
		this.afterwards = afterwards;
	}

	RequestPermit permit() {
		return this.permit;
	}

	boolean isOver() {
		return this.over.get();
	}

	/** Notes that the response was complete before anything had to be ended. */
	void missed() {
		this.over.set(true);
		this.permit.close();
	}

	/** Notes that a filter has been entered that will process the request to its end. */
	void enter(HttpServletResponse response) {
		this.dispatched = true;
		this.response = response;
	}

	/**
	 * Notes that the response could not be written, on any thread. Containers do not
	 * always report it to listeners: not if it happens on another thread while the
	 * container's own is about to leave the request, and Spring's emitters rely on them.
	 * A container thread that is still within the filter completes the request when it
	 * returns.
	 */
	void disconnected() {
		this.disconnected = true;
		if (!this.dispatched) {
			complete(isSent(), false);
		}
	}

	/** Notes that there is a result that cannot be written as its client wants it. */
	void cannotBeWritten() {
		this.unsent = true;
	}

	/**
	 * Registers a charge to be settled at the end. If a request has too many of them, the
	 * others keep what they reserved, and pending ones are charged.
	 */
	void settle(Charge charge, IntToLongFunction actual) {
		if (isOver() || !this.settlements.add(charge, actual)) {
			this.permit.counts(charge);
		}
	}

	/**
	 * Notes that the filter returns from a dispatch of the request.
	 * @param request the request
	 * @param answer the response
	 * @param failure the exception that left the filter, null if there is none
	 * @param asynchronous whether the request continues without a thread of the container
	 */
	void afterDispatch(HttpServletRequest request, HttpServletResponse answer, @Nullable Throwable failure,
			boolean asynchronous) {
		boolean errorPage = isErrorPage(request);
		if (isOver()) {
			if (errorPage) {
				this.settlements.settleAll((failure == null && !asynchronous) ? statusOfErrorPage(request, answer)
						: Settlements.UNKNOWN_STATUS);
			}
			this.afterwards.run();
			return;
		}
		boolean sent = failure == null;
		if (failure != null) {
			this.thrown = true;
			sent = broke();
			if (!errorPage && answer.getStatus() >= HttpStatus.BAD_REQUEST.value()) {
				// what answered the exception could not be written, such as an
				// @ExceptionHandler's body in a type that the client accepts
				this.unsent = true;
			}
		}
		if (ClientCausedErrors.preventResult(request, failure, this.disconnected)) {
			this.unsent = true;
		}
		if ((this.thrown && errorPage) || !(asynchronous && listens(request))) {
			complete(sent, !errorPage && !(failure instanceof IOException));
			return;
		}
		this.dispatched = false;
		if (this.disconnected) {
			complete(isSent(), false);
		}
	}

	/**
	 * Returns whether a dispatch is to an error page: by the container, or in an
	 * application in a WAR by Boot's filter, which forwards to it.
	 */
	static boolean isErrorPage(HttpServletRequest request) {
		DispatcherType type = request.getDispatcherType();
		return type == DispatcherType.ERROR || (type == DispatcherType.FORWARD
				&& request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) != null);
	}

	/** As in the request before it, a client can prevent that it is sent the page. */
	private int statusOfErrorPage(HttpServletRequest request, HttpServletResponse answer) {
		int status = answer.getStatus();
		boolean unknown = this.unsent || ClientCausedErrors.contain(status)
				|| ClientCausedErrors.preventResult(request, null, this.disconnected);
		return unknown ? Settlements.UNKNOWN_STATUS : status;
	}

	private boolean listens(HttpServletRequest request) {
		try {
			request.getAsyncContext().addListener(this);
			return true;
		}
		catch (IllegalStateException ex) {
			return false; // it has come to its end meanwhile
		}
	}

	private boolean isSent() {
		HttpServletResponse answer = this.response;
		return answer != null && answer.isCommitted();
	}

	/** Notes a failure, and returns whether the response was still unsent. */
	private boolean broke() {
		boolean sent = isSent();
		if (!sent) {
			this.broken = true;
		}
		return sent;
	}

	@Override
	public void onStartAsync(AsyncEvent event) {
		event.getAsyncContext().addListener(this);
	}

	@Override
	public void onTimeout(AsyncEvent event) {
		this.unsent = true;
		broke();
	}

	/**
	 * A client that disconnects is no failure. If nothing can change the outcome any
	 * more, there might be no further event: containers do not always complete a response
	 * that cannot be written, or whose handler has thrown.
	 */
	@Override
	public void onError(AsyncEvent event) {
		boolean clientHasGone = event.getThrowable() instanceof IOException;
		if (clientHasGone || broke() || this.thrown) {
			complete(isSent(), !clientHasGone);
		}
	}

	@Override
	public void onComplete(AsyncEvent event) {
		complete(!this.disconnected || isSent(), false);
	}

	/**
	 * The end of a request must affect neither the response nor the thread that completed
	 * it.
	 * @param answered whether the client is sent this status
	 * @param errorPage whether an error page may yet give it another status
	 */
	private void complete(boolean answered, boolean errorPage) {
		if (!this.over.compareAndSet(false, true)) {
			return;
		}
		int status = status();
		boolean concealed = this.unsent || ClientCausedErrors.contain(status);
		boolean failed = (this.broken || status >= HttpStatus.BAD_REQUEST.value()) && !concealed;
		try {
			this.settlements.settleCosts(status);
			if (answered || concealed || !errorPage) {
				this.settlements.settleAll((answered && !concealed) ? status : Settlements.UNKNOWN_STATUS);
			}
		}
		finally {
			this.response = null;
			this.afterwards.run();
			if (failed) {
				this.permit.fail();
			}
			else {
				this.permit.close();
			}
		}
	}

	private int status() {
		HttpServletResponse answer = this.response;
		if (answer == null) {
			return Settlements.UNKNOWN_STATUS;
		}
		try {
			int status = answer.getStatus();
			boolean known = status >= HttpStatus.BAD_REQUEST.value() || !this.broken;
			return known ? status : HttpStatus.INTERNAL_SERVER_ERROR.value();
		}
		catch (RuntimeException ex) {
			return Settlements.UNKNOWN_STATUS; // the container has taken the response
												// back
		}
	}

}
