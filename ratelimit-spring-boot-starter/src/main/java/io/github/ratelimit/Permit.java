package io.github.ratelimit;

/**
 * What an allowed call holds of all its limits. Permits of a rate are spent by being
 * taken, and most callers never look at this; but a call that holds one of a number of
 * places ({@linkplain Limit#isConcurrency() calls under way}) must end it, and a call
 * that reserved what it might cost tells here what it did cost:
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
 * Thread-safe. What a store cannot do now is dropped, which is the safe side; nothing
 * here throws.
 */
public interface Permit extends AutoCloseable {

	/**
	 * Tells what the call cost: the difference to what was reserved is given back or
	 * charged, even where it is not there, up to the {@linkplain Limit#maxDebt() debt}
	 * that the limit remembers. Concerns the limits that have a
	 * {@linkplain Limit#costed() cost}, or the only limit; each is settled once, by who
	 * comes first.
	 * @param actual permits, 0 or more
	 * @return whether this call settled a limit
	 * @throws IllegalArgumentException if the permits are negative
	 */
	boolean settle(long actual);

	/**
	 * Tells what the call cost at one limit.
	 * @param limit the limit's name
	 * @param actual permits, 0 or more
	 * @return whether this call settled the limit; false also if the call holds nothing
	 * of it
	 * @throws IllegalArgumentException if the permits are negative
	 * @see #settle(long)
	 */
	boolean settle(String limit, long actual);

	/**
	 * Tells that the call has cost so many permits more so far, such as tokens sent to
	 * the caller: what it is settled by when it ends before {@link #settle} is called.
	 * @param permits how many more, 0 or more
	 * @throws IllegalArgumentException if the permits are negative
	 */
	void spend(long permits);

	/**
	 * Ends a call: its places are free again, and what has not been settled is settled by
	 * what was {@linkplain #spend(long) spent}; where nothing was told, what was reserved
	 * has been spent. Only the first end does anything.
	 */
	@Override
	void close();

	/**
	 * Ends a call that failed: as {@link #close()}, but where nothing was told nothing
	 * has been spent, and what the call reserved by its cost is given back. What it paid
	 * for being a call stays paid.
	 */
	void fail();

	/**
	 * Gives everything back that the call took and has not settled, where it still can
	 * go: to the state it came from, never above what that state can hold. What has gone
	 * meanwhile (evicted, reset, refilled) is dropped. Only the first end does anything.
	 * @return whether this call gave it back; false if no limit was asked
	 */
	boolean giveBack();

}
