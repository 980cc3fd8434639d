package io.github.ratelimit.limiter;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.PermitRequest;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.UnknownLimitException;
import io.github.ratelimit.limiter.NamedBudgets.NamedBudget;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.LimitStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The limiter of the application's own code: finds the limits and budgets that it names,
 * and has their charges decided. Thread-safe.
 */
public final class StoreRateLimiter implements RateLimiter {

	private final LimitRegistry registry;

	private final NamedBudgets budgets;

	private final ChargeLimiter charges;

	/**
	 * Creates the limiter.
	 * @param registry the limits
	 * @param budgets the budgets
	 * @param charges decides about the charges of both
	 */
	public StoreRateLimiter(LimitRegistry registry, NamedBudgets budgets, ChargeLimiter charges) {
		this.registry = registry;
		this.budgets = budgets;
		this.charges = charges;
	}

	/**
	 * Returns a limiter over a store, without budgets.
	 * @param registry the limits
	 * @param store the store of the permits
	 * @param killSwitch switches everything off and on
	 * @param limiterFailures where failures of the store are reported
	 * @return the limiter
	 */
	public static StoreRateLimiter create(LimitRegistry registry, LimitStore store, KillSwitch killSwitch,
			LimiterFailures limiterFailures) {
		return new StoreRateLimiter(registry, NamedBudgets.NONE, new ChargeLimiter(store, NamedBudgets.NONE, killSwitch,
				limiterFailures, TimeSource.system(), RateLimitListener.NONE, WaitingThreadLimit.NONE));
	}

	@Override
	public Limit limit(String name) {
		return registered(name).limit();
	}

	@Override
	public Key key(String limit, String text) {
		return registered(limit).key(text);
	}

	@Override
	public Decision tryAcquire(String limit, String key, long permits) {
		RegisteredLimit registered = registered(limit);
		return this.charges.tryAcquire(Charge.of(registered.handle(), registered.key(key), permits));
	}

	@Override
	public Decision tryAcquire(Collection<PermitRequest> requests) {
		return this.charges.tryAcquire(charges(requests));
	}

	@Override
	public Decision acquire(Collection<PermitRequest> requests) {
		return this.charges.acquire(charges(requests));
	}

	@Override
	public CompletableFuture<Decision> acquireAsync(Collection<PermitRequest> requests) {
		return this.charges.acquireAsync(charges(requests));
	}

	private List<Charge> charges(Collection<PermitRequest> requests) {
		List<Charge> charges = new ArrayList<>(requests.size());
		for (PermitRequest request : requests) {
			charges.add(Charge.of(registered(request.limit()).handle(), request.key(), request.permits()));
		}
		return charges;
	}

	private RegisteredLimit registered(String name) {
		NamedBudget budget = this.budgets.find(name);
		RegisteredLimit registered = (budget != null) ? budget.registered() : this.registry.find(name).orElse(null);
		if (registered == null) {
			throw unknown(name);
		}
		return registered;
	}

	private UnknownLimitException unknown(String name) {
		List<String> known = new ArrayList<>(this.budgets.names());
		this.registry.all().forEach((limit) -> known.add(limit.name()));
		return new UnknownLimitException(name, known);
	}

}
