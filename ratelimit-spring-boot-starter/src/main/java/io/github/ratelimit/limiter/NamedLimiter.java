package io.github.ratelimit.limiter;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.PermitRequest;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.UnknownLimitException;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;

/** Finds the limits that the application names and decides about their charges. */
interface NamedLimiter extends RateLimiter, ChargeLimiter {

	/**
	 * Returns a limit.
	 * @param name its name
	 * @return the limit
	 * @throws UnknownLimitException if there is none of this name
	 */
	RegisteredLimit registered(String name);

	@Override
	default Limit limit(String name) {
		return registered(name).limit();
	}

	@Override
	default Key key(String limit, String text) {
		return registered(limit).key(text);
	}

	@Override
	default Decision tryAcquire(Collection<PermitRequest> requests) {
		return tryAcquire(charges(requests));
	}

	@Override
	default Decision acquire(Collection<PermitRequest> requests) {
		return acquire(charges(requests));
	}

	@Override
	default CompletableFuture<Decision> acquireAsync(Collection<PermitRequest> requests) {
		return acquireAsync(charges(requests));
	}

	private List<Charge> charges(Collection<PermitRequest> requests) {
		List<Charge> charges = new ArrayList<>(requests.size());
		for (PermitRequest request : requests) {
			charges.add(Charge.of(registered(request.limit()).handle(), request.key(), request.permits()));
		}
		return charges;
	}

}
