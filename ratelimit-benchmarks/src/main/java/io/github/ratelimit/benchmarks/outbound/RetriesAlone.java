package io.github.ratelimit.benchmarks.outbound;

import io.github.ratelimit.TimeSource;
import java.util.concurrent.CompletableFuture;

/** Nothing but the retries that the SDK makes above every client. */
final class RetriesAlone implements OutboundClient {

	private final TimeSource time;

	RetriesAlone(TimeSource time) {
		this.time = time;
	}

	@Override
	public CompletableFuture<Attempt> acquire(ChatRequest request, boolean retry) {
		return this.time.after(0).thenApply((over) -> Attempt.UNOBSERVED);
	}

}
