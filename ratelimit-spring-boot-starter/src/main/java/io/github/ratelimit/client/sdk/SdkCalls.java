package io.github.ratelimit.client.sdk;

import java.io.InputStream;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.CountedInputStream;
import io.github.ratelimit.client.LimitedRequests;
import io.github.ratelimit.client.OutboundRequest;
import io.github.ratelimit.client.SendFailures;
import io.github.ratelimit.governor.CallRefusedException;
import org.jspecify.annotations.Nullable;

/**
 * Sends the attempts of an SDK when they are admitted, and follows their responses to the
 * end. A request that belongs to no client is sent as it is. Thread-safe.
 *
 * @param <Q> the SDK's requests
 * @param <R> the SDK's responses
 */
public abstract class SdkCalls<Q, R> {

	private final LimitedRequests requests;

	/** Most requests have the address of the one before. */
	private volatile @Nullable Address last;

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
		URI uri = uri(request);
		ClientLimiter limiter = (uri != null) ? this.requests.limiter(uri) : null;
		if (uri == null || limiter == null) {
			return send.get();
		}
		ClientCall call;
		try {
			call = limiter.acquire(describe(uri, request));
		}
		catch (CallRefusedException ex) {
			return refused(request, ex);
		}
		R response;
		try {
			response = call.send(send::get);
		}
		catch (RuntimeException | Error ex) {
			SendFailures.end(call, ex);
			throw ex;
		}
		return answered(response, call);
	}

	/**
	 * Sends a request when it is admitted, without holding a thread until then.
	 * @param request the request
	 * @param send sends it
	 * @return the response, or the answer of a refusal. Cancelling it takes the call out
	 * of the queue, or cancels what was sent
	 */
	public final CompletableFuture<R> executeAsync(Q request, Supplier<CompletableFuture<R>> send) {
		URI uri = uri(request);
		ClientLimiter limiter = (uri != null) ? this.requests.limiter(uri) : null;
		if (uri == null || limiter == null) {
			return send.get();
		}
		CompletableFuture<R> result = new CompletableFuture<>();
		CompletableFuture<ClientCall> admission = limiter.acquireAsync(describe(uri, request));
		cancelWith(result, admission);
		admission.whenComplete((call, failure) -> {
			if (failure != null) {
				notAdmitted(request, result, failure);
			}
			else if (result.isDone()) {
				call.notSent();
			}
			else {
				send(call, send, result);
			}
		});
		return result;
	}

	private void notAdmitted(Q request, CompletableFuture<R> result, Throwable failure) {
		try {
			result.complete(refused(request, refusal(failure)));
		}
		catch (RuntimeException ex) {
			result.completeExceptionally(ex);
		}
	}

	private static CallRefusedException refusal(Throwable failure) {
		Throwable cause = unwrap(failure);
		if (cause instanceof CallRefusedException refusal) {
			return refusal;
		}
		throw new CompletionException(cause);
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
			counted = answered(response, call);
		}
		catch (RuntimeException | Error ex) {
			result.completeExceptionally(ex);
			return;
		}
		if (!result.complete(counted)) {
			close(counted);
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
		String url = url(request);
		Address last = this.last;
		if (last == null || !last.url().equals(url)) {
			last = new Address(url, parse(url));
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

	private R answered(R response, ClientCall call) {
		try {
			int status = status(response);
			CountedInputStream errorBody = null;
			String error = null;
			if (ClientCall.needsBody(status)) {
				errorBody = new CountedInputStream(body(response), call);
				error = errorBody.peek();
			}
			call.head(status, headers(response), error);
			return counted(response, call, errorBody);
		}
		catch (RuntimeException | Error ex) {
			call.close();
			close(response);
			throw ex;
		}
	}

	/**
	 * Returns the address of a request.
	 * @param request the request
	 * @return the absolute address
	 */
	protected abstract String url(Q request);

	/**
	 * Describes a request.
	 * @param uri its address
	 * @param request the request
	 * @return the description
	 */
	protected abstract OutboundRequest describe(URI uri, Q request);

	/**
	 * Returns the answer of a call that was not sent, and closes its request.
	 * @param request the request
	 * @param refusal why it was not
	 * @return the response
	 * @throws RuntimeException to be thrown instead of a response
	 */
	protected abstract R refused(Q request, CallRefusedException refusal);

	/**
	 * Returns the status of a response.
	 * @param response the response
	 * @return the status
	 */
	protected abstract int status(R response);

	/**
	 * Returns the headers of a response.
	 * @param response the response
	 * @return returns the first value of a header, null if there is none
	 */
	protected abstract Function<String, @Nullable String> headers(R response);

	/**
	 * Returns the body of a response.
	 * @param response the response
	 * @return the stream
	 */
	protected abstract InputStream body(R response);

	/**
	 * Returns a response that ends its call when it ends or is closed.
	 * @param response the response as it arrived
	 * @param call its call
	 * @param body its body, null if that was not opened yet
	 * @return the response
	 */
	protected abstract R counted(R response, ClientCall call, @Nullable CountedInputStream body);

	/**
	 * Closes a response.
	 * @param response the response
	 */
	protected abstract void close(R response);

	/** An address in both forms; the second is null if it cannot be parsed. */
	private record Address(String url, @Nullable URI uri) {
	}

}
