package io.github.ratelimit;

/**
 * What an allowed call holds of all its limits. Permits of a rate are spent when they are
 * taken, so that most callers need no permit object. A call that holds a slot of a limit
 * of {@linkplain Limit#isConcurrency() concurrent calls} has to close it, and a call that
 * reserved what it might cost settles what it did cost:
 *
 * <pre class="code">
 * try (Permit permit = decision.permit()) {
 *     Answer answer = model.ask(question);
 *     permit.settle(answer.totalTokens());
 * }
 * </pre>
 *
 * For calls served through the HTTP filter or {@link RateLimited @RateLimited} this is
 * done when the response is complete or the method has returned; a controller method may
 * have the request's permit as a parameter.
 * <p>
 * Thread-safe. A failure of the store is logged and not thrown: the permits then stay
 * taken.
 */
public interface Permit extends AutoCloseable {

	/**
	 * Settles the cost of the call: the difference to what was reserved is given back, or
	 * charged even if the permits are not available, up to the
	 * {@linkplain Limit#maxDebt() debt} of the limit. Applies to the limits that have a
	 * {@linkplain Limit#hasCost() cost}, or to the only limit. Each limit is settled
	 * once; later settlements have no effect.
	 * @param actual permits, 0 or more
	 * @return whether this call settled a limit
	 * @throws IllegalArgumentException if the permits are negative
	 */
	boolean settle(long actual);

	/**
	 * Settles the cost of the call at one limit.
	 * @param limit the limit's name
	 * @param actual permits, 0 or more
	 * @return whether this call settled the limit; false also if the call holds nothing
	 * of it
	 * @throws IllegalArgumentException if the permits are negative
	 * @see #settle(long)
	 */
	boolean settle(String limit, long actual);

	/**
	 * Adds to the cost of the call so far, such as tokens sent to the caller. The sum
	 * settles the call if it ends before {@link #settle} is called.
	 * @param permits how many more, 0 or more
	 * @throws IllegalArgumentException if the permits are negative
	 */
	void spend(long permits);

	/**
	 * Ends a call: its slots are free again, and what has not been settled is settled by
	 * what was {@linkplain #spend(long) spent}, or by what was reserved if {@code spend}
	 * was not called. Only the first end has an effect.
	 */
	@Override
	void close();

	/**
	 * Ends a call that failed: as {@link #close()}, but if {@link #spend} was not called,
	 * what the call reserved by its cost is given back. Permits of limits without a cost
	 * stay taken.
	 */
	void fail();

	/**
	 * Gives back everything that the call took and has not settled, to the state it came
	 * from, never above what that state can hold. Permits whose state no longer exists
	 * (evicted, reset, refilled) are dropped. Only the first end has an effect.
	 * @return whether this call gave it back; false if there was no limit
	 */
	boolean giveBack();

}
