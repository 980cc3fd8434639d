package io.github.ratelimit.expression;

import io.github.ratelimit.UnknownLimitException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The policies of the configured limits by the limits' names. Immutable, thread-safe.
 */
public final class LimitPolicies {

	private final Map<String, LimitPolicy> byName;

	/**
	 * Creates the collection.
	 * @param policies the policies
	 * @throws IllegalArgumentException if two are of the same limit
	 */
	public LimitPolicies(Iterable<LimitPolicy> policies) {
		Map<String, LimitPolicy> map = new TreeMap<>();
		for (LimitPolicy policy : policies) {
			String name = policy.registered().limit().name();
			if (map.putIfAbsent(name, policy) != null) {
				throw new IllegalArgumentException("Limit '" + name + "' has two policies. Give it one.");
			}
		}
		this.byName = Map.copyOf(map);
	}

	/**
	 * Returns the names of the limits.
	 * @return in alphabetical order
	 */
	public List<String> names() {
		return this.byName.keySet().stream().sorted().toList();
	}

	/**
	 * Returns the policy of a limit.
	 * @param limit the limit's name
	 * @return the policy
	 * @throws UnknownLimitException if there is no such limit
	 */
	public LimitPolicy get(String limit) {
		LimitPolicy policy = this.byName.get(limit);
		if (policy == null) {
			throw new UnknownLimitException(limit, this.byName.keySet());
		}
		return policy;
	}

}
