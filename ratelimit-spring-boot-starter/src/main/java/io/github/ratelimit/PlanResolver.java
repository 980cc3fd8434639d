package io.github.ratelimit;

import org.jspecify.annotations.Nullable;

/**
 * Tells on which plan the owner of a key is, for limits with plans that name no
 * {@code plan} expression. A bean of this type is asked on the way of a decision; what it
 * says is remembered for a while, so it may look into a database. Implementations must be
 * thread-safe.
 */
@FunctionalInterface
public interface PlanResolver {

	/**
	 * Returns the plan of a key.
	 * @param limit the name of the limit
	 * @param key whose plan; its {@link Key#text() text} is what the limit's key
	 * expression gave, with the {@link Key#kind() kind} that tells what it is
	 * @return the name of a plan, null for the limit's own rate
	 */
	@Nullable String planOf(String limit, Key key);

}
