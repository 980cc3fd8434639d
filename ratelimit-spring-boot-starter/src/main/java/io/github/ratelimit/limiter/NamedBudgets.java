package io.github.ratelimit.limiter;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
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

	@Nullable NamedBudget find(Charge charge) {
		RegisteredLimit registered = charge.handle().registered();
		NamedBudget budget = this.byName.get(registered.name());
		return (budget != null && budget.registered() == registered) ? budget : null;
	}

}
