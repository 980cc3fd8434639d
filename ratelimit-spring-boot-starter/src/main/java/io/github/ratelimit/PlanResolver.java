package io.github.ratelimit;

import org.jspecify.annotations.Nullable;

/**
 * Returns the plan of a key's owner, for limits with plans that have no {@code plan}
 * expression. A bean of this type is called during a decision; its result is cached for a
 * time, so it may query a database. Implementations must be thread-safe.
 */
@FunctionalInterface
public interface PlanResolver {

	/**
	 * Returns the plan of a key.
	 * @param limit the name of the limit
	 * @param key the key; its {@link Key#text() text} is the value of the limit's key
	 * expression, its {@link Key#kind() kind} is the kind of that value
	 * @return the name of a plan, null for the limit's own rate
	 */
	@Nullable String planOf(String limit, Key key);

}
