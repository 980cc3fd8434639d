package io.github.ratelimit.limiter;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;

/**
 * Decides about the charges of a name that is no limit of the registry, and keeps its
 * permits outside the store. Implementations must be thread-safe.
 */
public interface NamedBudget {

	/**
	 * Returns what its charges refer to.
	 * @return always the same limit, which is in no registry
	 */
	RegisteredLimit registered();

	/**
	 * Takes the permits of a charge if they are available. Never waits.
	 * @param charge a charge of {@link #registered()}; 0 permits take nothing
	 * @return the decision
	 */
	ChargeDecision tryTake(Charge charge);

	/**
	 * Takes the permits of a charge, and holds the thread while it waits for them. An
	 * interrupted call takes nothing and is refused, and the thread stays interrupted.
	 * @param charge a charge of {@link #registered()}; 0 permits take nothing
	 * @return the decision
	 */
	ChargeDecision take(Charge charge);

	/**
	 * Prepares to take the permits of a charge, and to wait for them without a thread.
	 * What the current thread determines of the call, such as its priority, is kept.
	 * @param charge a charge of {@link #registered()}; 0 permits take nothing
	 * @return takes them, in any thread, and returns the decision; a call whose future is
	 * cancelled takes nothing
	 */
	Supplier<CompletableFuture<ChargeDecision>> asyncTake(Charge charge);

}
