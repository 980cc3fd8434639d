package io.github.ratelimit.limiter;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.Charge;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Decides about charges, for the filter and the interceptor, which have already matched
 * the limits, and for code that names them. Implementations must be thread-safe.
 */
public interface ChargeLimiter {

	/**
	 * Takes the permits of one charge if all of them are available, otherwise none. Never
	 * waits.
	 * @param charge what to take
	 * @return the decision
	 */
	default Decision tryAcquire(Charge charge) {
		return tryAcquire(List.of(charge));
	}

	/**
	 * Takes the permits of all charges if all are available, and nothing if one is not.
	 * Never waits.
	 * @param charges what to take; if there is none the call is allowed
	 * @return the decision
	 */
	Decision tryAcquire(List<Charge> charges);

	/**
	 * Takes the permits of all charges, and waits for those of limits that
	 * {@linkplain Limit#isPaced() pace} their calls, up to their longest wait. An
	 * interrupted call takes nothing and is refused, which counts as no denial, and the
	 * thread stays interrupted.
	 * @param charges what to take; if there is none the call is allowed
	 * @return the decision
	 */
	Decision acquire(List<Charge> charges);

	/**
	 * Does what {@link #acquire} does without holding a thread while the call waits, for
	 * its permits or for a remote store.
	 * @param charges what to take; if there is none the call is allowed
	 * @return the decision, complete when the call may go on or is refused; a call whose
	 * future is cancelled takes nothing
	 */
	CompletableFuture<Decision> acquireAsync(List<Charge> charges);

}
