package io.github.ratelimit.client.http;

import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.ClientCall.Send;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.OutboundRequest;
import io.github.ratelimit.client.RequestPriority;
import io.github.ratelimit.client.SendFailures;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import io.github.ratelimit.provider.usage.ModelRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpResponse;

/** Sends requests when they are admitted, in the current thread. */
final class BlockingCalls {

	/** Marks a request while it is sent, which is limited already. */
	private static final String LIMITED = RateLimitClientInterceptor.class.getName() + ".LIMITED";

	private BlockingCalls() {
	}

	/** Returns whether an adapter above has limited a request. */
	static boolean isLimited(HttpRequest request) {
		return request.getAttributes().containsKey(LIMITED);
	}

	/**
	 * Queues a request and sends it, again if its provider refuses it and the client
	 * retries. At once if another adapter has admitted it.
	 * @param limiter the client
	 * @param request the request, which is marked as limited while it is sent
	 * @param attempt sends it once
	 * @return the response, whose body ends the call
	 * @throws IOException what sending it throws
	 * @throws CallRefusedException if it cannot be sent in time
	 */
	static ClientHttpResponse send(ClientLimiter limiter, HttpRequest request, Attempt attempt) throws IOException {
		OutboundRequest outbound = ClientCall.isSending(limiter) ? null
				: OutboundRequest.of(request.getURI(), request.getHeaders()::getFirst, attempt.facts())
					.withPriority(request.getAttributes().get(RequestPriority.ATTRIBUTE));
		request.getAttributes().put(LIMITED, true);
		try {
			return (outbound == null) ? attempt.send() : send(limiter, outbound, attempt);
		}
		finally {
			request.getAttributes().remove(LIMITED);
		}
	}

	private static ClientHttpResponse send(ClientLimiter limiter, OutboundRequest request, Attempt attempt)
			throws IOException {
		ClientCall call = limiter.acquire(request);
		for (int attempts = 1;; attempts++) {
			LimitedResponse response = answered(call, attempt);
			Runnable freed = response.isError() ? call.holdUntilRetry(attempts) : null;
			if (freed == null) {
				return response;
			}
			try {
				response.close();
				awaitRetry(limiter, call, attempts);
				call = limiter.acquireAgain(request.asRetry());
			}
			finally {
				freed.run();
			}
		}
	}

	private static LimitedResponse answered(ClientCall call, Attempt attempt) throws IOException {
		ClientHttpResponse response = null;
		try {
			response = call.send(attempt);
			return new LimitedResponse(response, call);
		}
		catch (IOException | RuntimeException | Error ex) {
			SendFailures.end(call, ex);
			if (response != null) {
				response.close();
			}
			throw ex;
		}
	}

	private static void awaitRetry(ClientLimiter limiter, ClientCall call, int attempts) {
		try {
			call.untilRetry(attempts).get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new CallRefusedException(limiter.name(), Reason.INTERRUPTED, Duration.ZERO);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("The clock fails", ex.getCause());
		}
	}

	/** Sends a request once, each time that it is asked to. */
	interface Attempt extends Send<ClientHttpResponse, IOException> {

		/** Returns the size of the request, which is asked for before it is sent. */
		ModelRequest facts() throws IOException;

	}

}
