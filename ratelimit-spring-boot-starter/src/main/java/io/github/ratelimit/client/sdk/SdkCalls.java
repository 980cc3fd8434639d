package io.github.ratelimit.client.sdk;

import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.CountedInputStream;
import io.github.ratelimit.client.LimitedRequests;
import io.github.ratelimit.client.OutboundBody;
import io.github.ratelimit.client.RefusedAnswer;
import io.github.ratelimit.client.SendFailures;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.ref.Cleaner;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends the attempts of an SDK when they are admitted, and follows their responses to the
 * end. A request that belongs to no client is sent as it is. Thread-safe.
 *
 * @param <Q> the SDK's requests
 * @param <R> the SDK's responses
 */
public abstract class SdkCalls<Q, R> {

	/**
	 * Closes responses that nothing refers to any more: if the future that an SDK returns
	 * is cancelled or times out, the SDK drops the response when it comes.
	 */
	private static final Cleaner DROPPED = Cleaner.create();

	private final LimitedRequests requests;

	/** Most requests have the address of the one before. */
	private volatile @Nullable Parsed last;

	/**
	 * Creates the calls.
	 * @param requests which of them are limited
	 */
	protected SdkCalls(LimitedRequests requests) {
		this.requests = requests;
	}

	/**
	 * Sends a request when it is admitted. Holds the thread.
	 * @param request the request
	 * @param send sends it
	 * @return the response, or the answer of a refusal
	 */
	public final R execute(Q request, Supplier<R> send) {
		SdkRequest parts = partsOfRequest(request);
		URI uri = uri(request);
		ClientLimiter limiter = (uri != null) ? this.requests.limiter(uri) : null;
		if (uri == null || limiter == null) {
			return send.get();
		}
		ClientCall call;
		try {
			call = limiter.acquire(parts.describe(uri));
		}
		catch (CallRefusedException ex) {
			return refused(parts, ex);
		}
		R response;
		try {
			response = call.send(send::get);
		}
		catch (RuntimeException | Error ex) {
			SendFailures.end(call, ex);
			throw ex;
		}
		return answered(response, call, false);
	}

	/**
	 * Sends a request when it is admitted, without holding a thread until then.
	 * @param request the request
	 * @param send sends it
	 * @return the response, or the answer of a refusal. Cancelling it takes the call out
	 * of the queue, or cancels what was sent
	 */
	public final CompletableFuture<R> executeAsync(Q request, Function<Q, CompletableFuture<R>> send) {
		SdkRequest parts = partsOfRequest(request);
		URI uri = uri(request);
		ClientLimiter limiter = (uri != null) ? this.requests.limiter(uri) : null;
		if (uri == null || limiter == null) {
			return send.apply(request);
		}
		CompletableFuture<R> result = new CompletableFuture<>();
		CompletableFuture<ClientCall> admission = limiter.acquireAsync(parts.describe(uri));
		cancelWith(result, admission);
		admission.whenComplete((call, failure) -> {
			if (failure != null) {
				notAdmitted(parts, result, failure);
			}
			else if (result.isDone()) {
				call.notSent();
			}
			else {
				send(call, () -> send.apply(OutboundBody.areAttemptsRead() ? marked(request, call) : request), result);
			}
		});
		return result;
	}

	private void notAdmitted(SdkRequest request, CompletableFuture<R> result, Throwable failure) {
		if (!(failure instanceof CallRefusedException refusal)) {
			result.completeExceptionally(failure);
			return;
		}
		try {
			result.complete(refused(request, refusal));
		}
		catch (RuntimeException ex) {
			result.completeExceptionally(ex);
		}
	}

	private void send(ClientCall call, Supplier<CompletableFuture<R>> send, CompletableFuture<R> result) {
		CompletableFuture<R> sent;
		try {
			sent = call.send(send::get);
		}
		catch (RuntimeException | Error ex) {
			call.notSent();
			result.completeExceptionally(ex);
			return;
		}
		cancelWith(result, sent);
		sent.whenComplete((response, failure) -> {
			if (failure != null) {
				SendFailures.end(call, failure);
				result.completeExceptionally(unwrap(failure));
			}
			else {
				complete(result, response, call);
			}
		});
	}

	private void complete(CompletableFuture<R> result, R response, ClientCall call) {
		R counted;
		try {
			counted = answered(response, call, true);
		}
		catch (RuntimeException | Error ex) {
			result.completeExceptionally(ex);
			return;
		}
		if (!result.complete(counted)) {
			partsOfResponse(counted).close().run();
		}
	}

	/**
	 * The caller has cancelled if the result fails before the stage that it depends on.
	 */
	private static void cancelWith(CompletableFuture<?> result, CompletableFuture<?> needed) {
		if (!needed.isDone()) {
			result.whenComplete((any, failure) -> {
				if (failure != null) {
					needed.cancel(true);
				}
			});
		}
	}

	private static Throwable unwrap(Throwable failure) {
		return (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause() : failure;
	}

	private @Nullable URI uri(Q request) {
		SdkAddress address = address(request);
		Parsed last = this.last;
		if (last == null || !last.address().equals(address)) {
			last = new Parsed(address, parse(url(request)));
			this.last = last;
		}
		return last.uri();
	}

	private static @Nullable URI parse(String url) {
		try {
			return URI.create(url);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private R refused(SdkRequest request, CallRefusedException refusal) {
		request.close().run();
		if (refusal.reason() == Reason.INTERRUPTED) {
			InterruptedIOException interrupted = new InterruptedIOException("interrupted");
			interrupted.initCause(refusal);
			throw failure("Request failed", interrupted);
		}
		RefusedAnswer answer = RefusedAnswer.of(refusal);
		return refused(answer, new ByteArrayInputStream(answer.bytes()));
	}

	private R answered(R response, ClientCall call, boolean canBeDropped) {
		SdkResponse parts = partsOfResponse(response);
		try {
			CountedInputStream body = new CountedInputStream(parts.body().get(), call);
			call.head(parts.status(), SdkRequest.first(parts.headers()),
					ClientCall.needsBody(parts.status()) ? body.peek() : null);
			Runnable close = () -> close(parts, call);
			return counted(response, body, canBeDropped ? DROPPED.register(body, close)::clean : close);
		}
		catch (RuntimeException | Error ex) {
			close(parts, call);
			throw ex;
		}
	}

	private static void close(SdkResponse response, ClientCall call) {
		try {
			response.close().run();
		}
		finally {
			call.close();
		}
	}

	/**
	 * Returns the address of a request in parts.
	 * @param request the request of the SDK
	 * @return equal parts for equal addresses
	 */
	protected abstract SdkAddress address(Q request);

	/**
	 * Returns the address of a request.
	 * @param request the request of the SDK
	 * @return the absolute address
	 */
	protected abstract String url(Q request);

	/**
	 * Returns the parts of a request.
	 * @param request the request of the SDK
	 * @return its parts
	 */
	protected abstract SdkRequest partsOfRequest(Q request);

	/**
	 * Returns a request whose body marks the thread that writes it with its attempt: an
	 * HTTP client sends an asynchronous request in another thread.
	 * @param request the request
	 * @param attempt its attempt
	 * @return the request, the same if it has no body
	 */
	protected abstract Q marked(Q request, ClientCall attempt);

	/**
	 * Returns the parts of a response.
	 * @param response the response of the SDK
	 * @return its parts
	 */
	protected abstract SdkResponse partsOfResponse(R response);

	/**
	 * Returns a response with another body.
	 * @param response the response as it arrived
	 * @param body the body, which ends the call
	 * @param close closes the response, which ends the call, too
	 * @return the response
	 */
	protected abstract R counted(R response, InputStream body, Runnable close);

	/**
	 * Returns the response to a request that was not sent.
	 * @param answer its status and headers
	 * @param body its body
	 * @return the response
	 */
	protected abstract R refused(RefusedAnswer answer, InputStream body);

	/**
	 * Returns the SDK's exception for a failed request.
	 * @param message the message
	 * @param cause the reason
	 * @return the exception
	 */
	protected abstract RuntimeException failure(String message, IOException cause);

	/** An address in both forms; the second is null if it cannot be parsed. */
	private record Parsed(SdkAddress address, @Nullable URI uri) {
	}

}
