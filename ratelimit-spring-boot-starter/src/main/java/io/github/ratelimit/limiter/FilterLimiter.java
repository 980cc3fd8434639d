package io.github.ratelimit.limiter;

import io.github.ratelimit.Decision;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.store.Charge;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The limiter of the filter and of annotated methods. It is another bean than the
 * {@link RateLimiter}, so that a test can replace the latter by a mock. Thread-safe.
 */
public final class FilterLimiter implements ChargeLimiter {

	private final BudgetRateLimiter limiter;

	/**
	 * Creates it.
	 * @param limiter decides
	 */
	public FilterLimiter(BudgetRateLimiter limiter) {
		this.limiter = limiter;
	}

	/**
	 * Returns the same limiter for the application's own code.
	 * @return the limiter that decides
	 */
	public RateLimiter forCode() {
		return this.limiter;
	}

	@Override
	public Decision tryAcquire(List<Charge> charges) {
		return this.limiter.tryAcquire(charges);
	}

	@Override
	public Decision acquire(List<Charge> charges) {
		return this.limiter.acquire(charges);
	}

	@Override
	public CompletableFuture<Decision> acquireAsync(List<Charge> charges) {
		return this.limiter.acquireAsync(charges);
	}

}
