package io.github.ratelimit.benchmarks.outbound.client;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.ratelimit.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Bucket4j's buckets: 500 requests a minute and, where wanted, 500,000 tokens, which are
 * charged the estimates. A call takes its permits when it asks, and waits until they are
 * there, as in Bucket4j's own blocking and scheduled calls.
 */
public final class Bucket4jClient implements OutboundClient {

	private final TimeSource time;

	private final Bucket requests;

	private final Bucket tokens;

	private Bucket4jClient(TimeSource time, long tokens) {
		this.time = time;
		this.requests = bucket(500);
		this.tokens = bucket(tokens);
	}

	public static Bucket4jClient ofRequests(TimeSource time) {
		return new Bucket4jClient(time, 1_000_000_000);
	}

	public static Bucket4jClient ofRequestsAndTokens(TimeSource time) {
		return new Bucket4jClient(time, 500_000);
	}

	private Bucket bucket(long permits) {
		return Bucket.builder()
			.addLimit(Bandwidth.builder().capacity(permits).refillGreedy(permits, Duration.ofMinutes(1)).build())
			.withCustomTimePrecision(new VirtualMeter(this.time))
			.build();
	}

	@Override
	public CompletableFuture<Attempt> acquire(ChatRequest request, boolean retry) {
		long wait = Math.max(this.requests.consumeIgnoringRateLimits(1),
				this.tokens.consumeIgnoringRateLimits(request.estimate().totalTokens()));
		return this.time.after(wait).thenApply((over) -> Attempt.UNOBSERVED);
	}

	private record VirtualMeter(TimeSource time) implements TimeMeter {

		@Override
		public long currentTimeNanos() {
			return this.time.nanoTime();
		}

		@Override
		public boolean isWallClockBased() {
			return false;
		}

	}

}
