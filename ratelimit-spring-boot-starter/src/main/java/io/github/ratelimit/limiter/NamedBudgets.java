package io.github.ratelimit.limiter;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The budgets of an application by their names, which no limit has. Immutable,
 * thread-safe.
 */
public final class NamedBudgets {

	/** No budgets. */
	public static final NamedBudgets NONE = new NamedBudgets(List.of());

	private final Map<String, NamedBudget> byName;

	/**
	 * Creates the collection.
	 * @param budgets the budgets, no two of one name
	 */
	public NamedBudgets(List<? extends NamedBudget> budgets) {
		Map<String, NamedBudget> byName = new LinkedHashMap<>();
		budgets.forEach((budget) -> byName.put(budget.registered().name(), budget));
		this.byName = Collections.unmodifiableMap(byName);
	}

	/**
	 * Returns all budgets.
	 * @return an unmodifiable collection
	 */
	public Collection<NamedBudget> all() {
		return this.byName.values();
	}

	/**
	 * Objects to a limit that has the name of a budget.
	 * @param settings the settings of the limit
	 * @throws IllegalArgumentException if there is a budget of that name
	 */
	public void check(LimitSettings settings) {
		String name = settings.limit().name();
		if (this.byName.containsKey(name)) {
			throw new IllegalArgumentException("The limit '" + name + "' has the name of a client, and clients and "
					+ "limits share one namespace. Give the limit or ratelimit.clients." + name + " another name.");
		}
	}

	Collection<String> names() {
		return this.byName.keySet();
	}

	@Nullable NamedBudget find(String name) {
		return this.byName.get(name);
	}

	/** Returns the budget of a charge, null if it is the charge of a limit. */
	@Nullable NamedBudget find(Charge charge) {
		RegisteredLimit registered = charge.handle().registered();
		NamedBudget budget = this.byName.get(registered.name());
		return (budget != null && budget.registered() == registered) ? budget : null;
	}

	List<Charge> withoutBudgets(List<Charge> charges) {
		return charges.stream().filter((charge) -> find(charge) == null).toList();
	}

	/**
	 * Returns the charges of budgets, as dry runs in shadow mode. All calls take them in
	 * the same order, so that no two wait for each other.
	 */
	List<Charge> ordered(List<Charge> charges, LimitMode mode) {
		return Charge.distinct(charges)
			.stream()
			.filter((charge) -> find(charge) != null)
			.map((charge) -> (mode == LimitMode.SHADOW) ? charge.asDryRun() : charge)
			.sorted(Comparator.comparing((charge) -> charge.handle().name()))
			.toList();
	}

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
		 * interrupted call takes nothing and is refused, and the thread stays
		 * interrupted.
		 * @param charge a charge of {@link #registered()}; 0 permits take nothing
		 * @return the decision
		 */
		ChargeDecision take(Charge charge);

		/**
		 * Prepares to take the permits of a charge, and to wait for them without a
		 * thread. What the current thread determines of the call, such as its priority,
		 * is kept.
		 * @param charge a charge of {@link #registered()}; 0 permits take nothing
		 * @return takes them, in any thread, and returns the decision; a call whose
		 * future is cancelled takes nothing
		 */
		Supplier<CompletableFuture<ChargeDecision>> asyncTake(Charge charge);

	}

}
