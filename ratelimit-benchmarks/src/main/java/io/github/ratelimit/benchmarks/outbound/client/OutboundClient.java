package io.github.ratelimit.benchmarks.outbound.client;

import java.util.concurrent.CompletableFuture;

/** What stands between the callers of one instance and the provider. */
public interface OutboundClient {

	/**
	 * Lets a request wait until it may be sent.
	 * @param request the request
	 * @param retry whether it was sent before
	 * @return complete when it may be sent; cancelling it takes the request out of a
	 * queue
	 */
	CompletableFuture<Attempt> acquire(ChatRequest request, boolean retry);

}
