package io.github.ratelimit.web.filter;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.permit.RequestPermit;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.web.HttpMediaTypeNotAcceptableException;

/**
 * Ends what a request holds when its response is complete, once, whatever comes together:
 * the return of the filter where nothing goes on, else the end of the asynchronous work.
 * <p>
 * A request has failed if its status says so, or if it broke before anything was sent.
 * One that broke later, whose client has gone, whose time ran out, or whose result the
 * client would not take has cost what was told, or else what it reserved: the work may
 * have been done, and no client shall have it for nothing. For the same reason a call
 * that counts by its outcome counts where the outcome stays unknown.
 */
final class RequestEnd implements AsyncListener {

	/** As {@code DispatcherServlet} has it, which need not be there. */
	private static final String EXCEPTION = "org.springframework.web.servlet.DispatcherServlet.EXCEPTION";

	/** How a result is answered that the client's own headers keep from being sent. */
	private static final Set<HttpStatus> NOT_TAKEN = EnumSet.of(HttpStatus.NOT_ACCEPTABLE,
			HttpStatus.PRECONDITION_FAILED, HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE);

	/** What is to be done whenever nothing more can be said. */
	private final Runnable afterwards;

	private final RequestPermit permit = new RequestPermit();

	private final Settlements settlements;

	private final AtomicBoolean over = new AtomicBoolean();

	private volatile @Nullable HttpServletResponse response;

	/** Whether an exception has left the application, whatever it has begun before. */
	private volatile boolean thrown;

	/** Whether the request broke before anything was sent. */
	private volatile boolean broken;

	/** Whether work may have been done that was never sent. */
	private volatile boolean unsent;

	/** Whether the response could not be written: its client has gone. */
	private volatile boolean gone;

	/** Whether a thread of the container is between the filter's entry and its return. */
	private volatile boolean dispatched;

	RequestEnd(RequestScopes scopes, Runnable afterwards) {
		this.settlements = new Settlements(this.permit, scopes);
		this.afterwards = afterwards;
	}

	RequestPermit permit() {
		return this.permit;
	}

	boolean isOver() {
		return this.over.get();
	}

	/** Returns whether the end of the response will be noticed. */
	boolean isWatched() {
		return this.response != null && !isOver();
	}

	/**
	 * Tells that a filter has been entered that will see the request through.
	 * @param response the response
	 * @return the response to go on with, which tells when it cannot be written
	 */
	HttpServletResponse watch(HttpServletResponse response) {
		if (isOver()) {
			return response;
		}
		this.dispatched = true;
		this.response = response;
		return WatchedResponse.isIn(response) ? response : new WatchedResponse(response, this::gone);
	}

	/**
	 * Tells that the response could not be written, on any thread. Containers do not
	 * always tell it to listeners: not where it happens beside a thread of theirs that is
	 * about to leave the request, and Spring's emitters leave it to them. A thread of the
	 * container that is still within the filter completes the request when it returns.
	 */
	private void gone() {
		this.gone = true;
		if (!this.dispatched) {
			complete(isSent(), false);
		}
	}

	/**
	 * Has a charge settled at the end. Of a request with too many of them the others keep
	 * what they reserved, and what is pending counts.
	 */
	void settle(Charge charge, IntToLongFunction actual) {
		if (isOver() || !this.settlements.add(charge, actual)) {
			this.permit.counts(charge);
		}
	}

	/**
	 * Tells that the filter returns from a dispatch of the request.
	 * @param request the request
	 * @param answer the response
	 * @param failure what was thrown out of the filter, null if nothing was
	 */
	void afterDispatch(HttpServletRequest request, HttpServletResponse answer, @Nullable Throwable failure) {
		boolean errorPage = request.getDispatcherType() == DispatcherType.ERROR;
		if (isOver()) {
			if (errorPage) {
				this.settlements.settleAll((failure == null) ? answer.getStatus() : Settlements.UNKNOWN_STATUS);
			}
			this.afterwards.run();
			return;
		}
		boolean sent = failure == null;
		if (failure != null) {
			this.thrown = true;
			sent = broke();
		}
		if (isUnwritable(request)) {
			this.unsent = true;
		}
		if ((this.thrown && errorPage) || !listens(request)) {
			complete(sent, !errorPage && !(failure instanceof IOException));
			return;
		}
		this.dispatched = false;
		if (this.gone) {
			complete(isSent(), false);
		}
	}

	/** Whatever status the application answers it with. */
	private static boolean isUnwritable(HttpServletRequest request) {
		try {
			Object handled = request.getAttribute(EXCEPTION);
			return handled instanceof HttpMediaTypeNotAcceptableException
					|| handled instanceof HttpMessageNotWritableException;
		}
		catch (IllegalStateException ex) {
			return false; // it has come to its end meanwhile
		}
	}

	private boolean listens(HttpServletRequest request) {
		try {
			if (request.isAsyncStarted()) {
				request.getAsyncContext().addListener(this);
				return true;
			}
		}
		catch (IllegalStateException ex) {
			return false; // it has come to its end meanwhile
		}
		return false;
	}

	private boolean isSent() {
		HttpServletResponse answer = this.response;
		return answer != null && answer.isCommitted();
	}

	/** Returns whether the client has been sent something by now. */
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
	 * A client that has gone is no failure. Where nothing can change the outcome any more
	 * nothing may be heard any more either: containers do not always complete what they
	 * cannot write, or whose handler has thrown.
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
		complete(!this.gone || isSent(), false);
	}

	/**
	 * Nothing of ours may harm a response, or the thread that has completed it.
	 * @param answered whether the status is the one that the client is sent
	 * @param errorPage whether an error page may yet give it another status
	 */
	private void complete(boolean answered, boolean errorPage) {
		if (!this.over.compareAndSet(false, true)) {
			return;
		}
		int status = status();
		boolean concealed = this.unsent || isNotTaken(status);
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
			end(failed);
		}
	}

	private static boolean isNotTaken(int status) {
		HttpStatus known = HttpStatus.resolve(status);
		return known != null && NOT_TAKEN.contains(known);
	}

	private int status() {
		HttpServletResponse answer = this.response;
		if (answer == null) {
			return Settlements.UNKNOWN_STATUS;
		}
		try {
			int status = answer.getStatus();
			boolean told = status >= HttpStatus.BAD_REQUEST.value() || !this.broken;
			return told ? status : HttpStatus.INTERNAL_SERVER_ERROR.value();
		}
		catch (RuntimeException ex) {
			return Settlements.UNKNOWN_STATUS; // the container has taken the response
												// back
		}
	}

	private void end(boolean failed) {
		if (failed) {
			this.permit.fail();
		}
		else {
			this.permit.close();
		}
	}

}
