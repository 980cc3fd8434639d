package io.github.ratelimit.client.http;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;

import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.ClientCall.Send;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.OutboundRequest;
import io.github.ratelimit.client.SendFailures;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import org.springframework.http.client.ClientHttpResponse;

/** Sends requests when they are admitted, in the current thread. */
final class BlockingCalls {

	private BlockingCalls() {
	}

	/**
	 * Queues a request and sends it, again if its provider refuses it and the client
	 * retries.
	 * @param limiter the client
	 * @param request the request
	 * @param attempt sends it once
	 * @return the response, whose body ends the call
	 * @throws IOException what sending it throws
	 * @throws CallRefusedException if it cannot be sent in time
	 */
	static ClientHttpResponse send(ClientLimiter limiter, OutboundRequest request,
			Send<ClientHttpResponse, IOException> attempt) throws IOException {
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

	private static LimitedResponse answered(ClientCall call, Send<ClientHttpResponse, IOException> attempt)
			throws IOException {
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

}
