package io.github.ratelimit.client;

import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.governor.CallCost;
import io.github.ratelimit.governor.GovernedCall;
import io.github.ratelimit.provider.dialect.ProviderResponse;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.dialect.Throttle;
import io.github.ratelimit.provider.usage.TokenUsage;
import io.github.ratelimit.provider.usage.UsageReader;
import io.github.ratelimit.store.Receipt;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An attempt of a call that may be sent now. Its adapter reports the head of the
 * response, passes the bytes of the body, and ends it exactly once; further ends are
 * ignored. Thread-safe as far as an HTTP client is: head, body and end follow one
 * another, an end may come at any time.
 */
public final class ClientCall implements Receipt {

	/** How much of the body of an error is read to find its reason. */
	public static final int ERROR_BODY_BYTES = 16 * 1024;

	private static final int NO_CONTENT = 204;

	private static final int NOT_MODIFIED = 304;

	private static final int FIRST_ERROR = 400;

	/** The attempt that the current thread sends, which may pass another adapter. */
	private static final ThreadLocal<@Nullable ClientCall> SENDING = new ThreadLocal<>();

	private final ClientLimiter limiter;

	private final GovernedCall call;

	private final ProviderAccount account;

	private final UsageReader usage = new UsageReader();

	private final AtomicBoolean ended = new AtomicBoolean();

	/** Whether the first request of this attempt has passed another adapter. */
	private boolean passed;

	private volatile int status;

	private volatile @Nullable Throttle throttle;

	ClientCall(ClientLimiter limiter, GovernedCall call, ProviderAccount account) {
		this.limiter = limiter;
		this.call = call;
		this.account = account;
	}

	/**
	 * Returns whether the beginning of the body is needed to report a head.
	 * @param status the status of the response
	 * @return whether it is an error's
	 */
	public static boolean needsBody(int status) {
		return status >= FIRST_ERROR;
	}

	/**
	 * Sends this attempt in the current thread. If it passes another adapter on its way,
	 * that lets the first request of the same client pass untouched.
	 * @param <R> the type of the response
	 * @param <E> the type of the exception
	 * @param send sends it
	 * @return the response
	 * @throws E what {@code send} throws
	 */
	public <R, E extends Exception> R send(Send<R, E> send) throws E {
		ClientCall outer = SENDING.get();
		SENDING.set(this);
		try {
			return send.send();
		}
		finally {
			// without a value the next get() would create an entry
			SENDING.set(outer);
		}
	}

	/**
	 * Returns whether another adapter of a client has admitted the request that the
	 * current thread is about to send. True once for each attempt of that adapter.
	 * @param limiter the client
	 * @return whether the request is sent as it is
	 */
	public static boolean isSending(ClientLimiter limiter) {
		ClientCall sending = SENDING.get();
		return sending != null && sending.pass(limiter);
	}

	/** Lets the first request of this attempt pass another adapter of the client. */
	synchronized boolean pass(ClientLimiter limiter) {
		boolean first = this.limiter == limiter && !this.passed;
		this.passed |= first;
		return first;
	}

	/**
	 * Notes that the current thread writes the body of this attempt. If another adapter
	 * of the same client reads it, that lets the request pass untouched.
	 */
	public void writesBody() {
		OutboundBody.name(this);
	}

	/**
	 * Uses the limits that the head of the response reports.
	 * @param status the HTTP status
	 * @param headers returns the first value of a header, null if there is none
	 * @param errorBody the beginning of the body if the status is an error's; null if it
	 * was not read
	 */
	public void head(int status, Function<String, @Nullable String> headers, @Nullable String errorBody) {
		this.status = status;
		ProviderSnapshot snapshot = read(new ProviderResponse(status, headers, errorBody, this.limiter.wallTime()));
		this.throttle = snapshot.throttle();
		this.call.report(snapshot, !needsBody(status));
		if (snapshot.ignoredValues() > 0) {
			this.limiter.listener().ignored(this.limiter.name(), snapshot.ignoredValues());
		}
		if (hasNoContent(status)) {
			close();
		}
	}

	/**
	 * Returns whether a response ends with its head (RFC 9110, 15.3.5 and 15.4.5), so
	 * that its receiver may not close it.
	 */
	private static boolean hasNoContent(int status) {
		return status == NO_CONTENT || status == NOT_MODIFIED;
	}

	/** A dialect of the application may fail; the call does not. */
	private ProviderSnapshot read(ProviderResponse response) {
		try {
			return this.account.dialect().read(response);
		}
		catch (RuntimeException | LinkageError ex) {
			return new ProviderSnapshot(List.of(), null, 1);
		}
	}

	/**
	 * Reads a piece of the response's body on its way to the caller.
	 * @param bytes an array
	 * @param offset where the piece begins
	 * @param length how long it is
	 */
	public void body(byte[] bytes, int offset, int length) {
		this.usage.read(bytes, offset, length);
	}

	/**
	 * Reads a piece of the response's body on its way to the caller, without consuming
	 * it.
	 * @param bytes the piece
	 */
	public void body(ByteBuffer bytes) {
		this.usage.read(bytes);
	}

	/** Ends a call whose response has ended, or whose caller has cancelled it. */
	public void close() {
		if (this.ended.compareAndSet(false, true)) {
			this.call.close(actual());
			this.limiter.listener().ended(this.limiter.name(), outcome());
		}
	}

	/**
	 * Ends a call that no adapter has seen, with the usage that its caller reports. The
	 * provider has served it.
	 * @param actual what the call has used
	 */
	public void settle(CallCost actual) {
		if (this.ended.compareAndSet(false, true)) {
			this.call.report(ProviderSnapshot.EMPTY, true);
			this.call.close(actual);
			this.limiter.listener().ended(this.limiter.name(), Outcome.SENT);
		}
	}

	/** Ends a call that did not reach the provider: nothing is charged. */
	public void notSent() {
		if (this.ended.compareAndSet(false, true)) {
			this.call.notSent();
			this.limiter.listener().ended(this.limiter.name(), Outcome.NOT_SENT);
		}
	}

	/**
	 * Passes the permits of this call on, which ends here without an effect on them. Only
	 * the first of several attempts gets them.
	 * @return the permits, null if the call has ended
	 */
	@Nullable GovernedCall passOn() {
		return this.ended.compareAndSet(false, true) ? this.call : null;
	}

	boolean isOf(ClientLimiter limiter) {
		return this.limiter == limiter;
	}

	ProviderAccount account() {
		return this.account;
	}

	/**
	 * Returns whether the same request may be sent again after the provider refused this
	 * attempt; if so, the retry is taken from the budget.
	 * @param attempts how often the request has been sent by now
	 * @return whether the client retries, the provider may accept it within the time that
	 * calls may be queued, and the budget of retries is not used up
	 */
	public boolean mayRetry(int attempts) {
		return isRetryable() && this.limiter.mayRetry(attempts);
	}

	private boolean isRetryable() {
		Throttle throttle = this.throttle;
		return throttle != null && Retries.isUseful(throttle, this.limiter.maxWait(this.account));
	}

	/**
	 * Returns whether the same request may be sent again, as {@link #mayRetry} does, and
	 * holds the current thread until then.
	 * @param attempts how often the request has been sent by now
	 * @return gives the thread back, and is run once, when the next attempt is admitted
	 * or refused; null if the request is not sent again
	 */
	public @Nullable Runnable holdUntilRetry(int attempts) {
		Runnable freed = isRetryable() ? this.account.caller().hold() : null;
		if (freed != null && !this.limiter.mayRetry(attempts)) {
			freed.run();
			return null;
		}
		return (freed != null) ? usingAccount(freed) : null;
	}

	private Runnable usingAccount(Runnable freed) {
		ProviderAccount used = this.limiter.use(this.account);
		return () -> {
			freed.run();
			used.release();
		};
	}

	/**
	 * Waits until the next attempt should be queued: for the time that the provider asks
	 * for, and a random time of up to a second, twice as long after each further attempt,
	 * so that callers do not retry all at once. Other calls go ahead meanwhile, if the
	 * provider accepts them.
	 * @param attempts how often the request has been sent by now
	 * @return complete when the time is over. Cancel it if there is no next attempt
	 */
	public CompletableFuture<@Nullable Void> untilRetry(int attempts) {
		ProviderAccount used = this.limiter.use(this.account);
		CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
		over.whenComplete((any, failure) -> {
			if (over.isCancelled()) {
				used.release();
			}
		});
		this.limiter.after(Retries.nanosUntilNext(this.throttle, attempts)).whenComplete((any, failure) -> {
			// queues the next attempt first, if it waits without a thread
			if ((failure != null) ? over.completeExceptionally(failure) : over.complete(null)) {
				used.release();
			}
		});
		return over;
	}

	/** A provider that fails charges the request, and the tokens that it reports. */
	private CallCost actual() {
		TokenUsage used = this.usage.usage();
		CallCost estimated = this.call.cost();
		boolean failed = needsBody(this.status);
		long input = known(used.input(), failed ? 0 : estimated.inputTokens());
		return new CallCost(input, known(used.output(), failed ? 0 : estimated.outputTokens()));
	}

	/** A response without usage, or with 0 instead of it, keeps its estimate. */
	private static long known(long reported, long otherwise) {
		return (reported > 0) ? reported : otherwise;
	}

	private Outcome outcome() {
		Throttle throttle = this.throttle;
		if (throttle == null) {
			return Outcome.SENT;
		}
		return switch (throttle.kind()) {
			case RATE_LIMITED, REQUEST_TOO_LARGE -> Outcome.THROTTLED;
			case OVERLOADED -> Outcome.OVERLOADED;
			case QUOTA_SPENT -> Outcome.SPENT;
		};
	}

	/**
	 * Sends a request.
	 *
	 * @param <R> the type of the response
	 * @param <E> the type of the exception
	 */
	@FunctionalInterface
	public interface Send<R, E extends Exception> {

		/**
		 * Sends the request once.
		 * @return the response
		 * @throws E if that fails
		 */
		R send() throws E;

	}

}
