package io.github.ratelimit.benchmarks.outbound.client;

import io.github.ratelimit.TimeSource;
import java.util.concurrent.CompletableFuture;

/** Nothing but the retries that the SDK makes above every client. */
public final class RetriesAlone implements OutboundClient {

	private final TimeSource time;

	public RetriesAlone(TimeSource time) {
		this.time = time;
	}

	@Override
	public CompletableFuture<Attempt> acquire(ChatRequest request, boolean retry) {
		return this.time.after(0).thenApply((over) -> Attempt.UNOBSERVED);
	}

}
