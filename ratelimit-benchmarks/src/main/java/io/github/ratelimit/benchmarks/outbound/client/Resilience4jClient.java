package io.github.ratelimit.benchmarks.outbound.client;

import io.github.ratelimit.TimeSource;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Resilience4j's rate limiter with 500 requests a minute: the library itself, which takes
 * a clock.
 */
public final class Resilience4jClient implements OutboundClient {

	private final RateLimiter limiter;

	private final TimeSource time;

	public Resilience4jClient(TimeSource time) {
		RateLimiterConfig config = RateLimiterConfig.custom()
			.limitForPeriod(500)
			.limitRefreshPeriod(Duration.ofMinutes(1))
			.timeoutDuration(Duration.ofDays(1))
			.build();
		this.limiter = new AtomicRateLimiter("bench", config, time::nanoTime);
		this.time = time;
	}

	@Override
	public CompletableFuture<Attempt> acquire(ChatRequest request, boolean retry) {
		long wait = this.limiter.reservePermission();
		if (wait < 0) {
			throw new IllegalStateException("The limiter refused to wait");
		}
		return this.time.after(wait).thenApply((over) -> Attempt.UNOBSERVED);
	}

}
