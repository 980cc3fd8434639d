package io.github.ratelimit.store;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.registry.LimitHandle;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps permits: the port that the stores in memory and in Redis implement. A store knows
 * nothing of HTTP, expressions or metrics.
 * <p>
 * State belongs to the name of a limit and a key. Where a charge comes with another
 * configuration of a limit than the state was kept by, the state is read in proportion: a
 * bucket half full stays half full.
 * <p>
 * Implementations must be thread-safe. They throw what goes wrong; the
 * {@link RateLimiter} then decides about the call.
 */
public interface LimitStore {

	/**
	 * Takes the permits of one charge if those that it {@linkplain Charge#needed() needs}
	 * are there, and nothing if not. Where the limit {@linkplain Limit#isPaced() paces}
	 * calls and the charge may wait, a permit is taken that is due within that time; if
	 * the charge may not wait, one that is due now. A refusal by such a limit has the
	 * wait for the permit as its retry-after.
	 * @param charge what to take
	 * @return what the limit says
	 */
	ChargeDecision take(Charge charge);

	/**
	 * Takes the permits of all charges if all are there, and nothing if one is not: once
	 * a refusal has returned, every limit answers as if it had never come. A charge that
	 * is not {@linkplain Charge#isEnforced() enforced} is taken if it can be and the
	 * others are, and never stops them.
	 * @param charges what to take, no two of the same limit and key
	 * @return what each limit says, in the order of the charges; a refusal names at least
	 * one violated limit, and the others with what they have
	 */
	List<ChargeDecision> takeAll(List<Charge> charges);

	/**
	 * Takes like {@link #takeAll}, for a call that has waited for an answer of this store
	 * for as long as it may. A store that is asked over the network decides without
	 * asking again, by {@link OnStoreFailure}.
	 * @param charges what to take, no two of the same limit and key
	 * @return what each limit says, in the order of the charges
	 */
	default List<ChargeDecision> takeUnanswered(List<Charge> charges) {
		return takeAll(charges);
	}

	/**
	 * Gives back what a decision took to the state that it came from, never above what
	 * that state can hold. Permits whose state has gone are dropped: those of a window
	 * that is over, and a scheduled permit after which another one has been taken. The
	 * slot of an in-flight call is free again. The caller makes sure that this happens
	 * once.
	 * @param taken a decision of this store
	 */
	void giveBack(ChargeDecision taken);

	/**
	 * Charges what a call cost instead of what was reserved. What was reserved too much
	 * is given back as by {@link #giveBack}; what was reserved too little is charged now,
	 * even where it is not there, down to the {@linkplain Limit#maxDebt() debt} that the
	 * limit remembers; the rest is {@linkplain #forgivenPermits forgiven}. The caller
	 * makes sure that this happens once.
	 * @param taken a decision of this store, not of a limit of concurrent calls
	 * @param actual what the call cost in permits, 0 or more
	 */
	void settle(ChargeDecision taken, long actual);

	/**
	 * Lowers the permits of a key to at most a number, where this store stands in for
	 * another one. Lower figures stay as they are. By default nothing happens: only
	 * stores that can stand in for others implement it.
	 * @param limit a limit that has rates
	 * @param key whose permits
	 * @param atMost permits of each rate in turn, negative where some are owed; of a
	 * limit that {@linkplain Limit#isPaced() paces}, 1 less the scheduled permits that
	 * are taken
	 */
	default void lower(LimitHandle limit, Key key, long[] atMost) {
	}

	/**
	 * Blocks a key until a time: every charge of it is refused meanwhile, whatever
	 * permits there are, with the time that is left as its retry-after. A block never
	 * ends sooner than it was to end, whatever else is blocked or reset, until it is
	 * {@linkplain #unblock lifted}. A flood of other keys ends none.
	 * @param limit a limit whose keys {@linkplain LimitHandle#blocks() can be blocked}
	 * @param key the key
	 * @param until when the block ends; nothing happens if that has passed
	 * @return what became of it
	 * @throws IllegalArgumentException if keys of the limit are never blocked
	 */
	BlockResult block(LimitHandle limit, Key key, Instant until);

	/**
	 * Ends the block of a key.
	 * @param limit a limit whose keys {@linkplain LimitHandle#blocks() can be blocked}
	 * @param keyId a {@link Key#id()}
	 * @return whether the key was blocked
	 * @throws IllegalArgumentException if keys of the limit are never blocked
	 */
	boolean unblock(LimitHandle limit, String keyId);

	/**
	 * Returns the state of one key, without changing or creating it.
	 * @param limit the limit
	 * @param keyId a {@link Key#id()}
	 * @return its state, empty if the store does not know the key
	 */
	Optional<KeyState> find(LimitHandle limit, String keyId);

	/**
	 * Returns the state of one key, without changing or creating it.
	 * @param limit the limit
	 * @param key the key
	 * @return its state, empty if the store does not know the key
	 */
	default Optional<KeyState> find(LimitHandle limit, Key key) {
		return find(limit, key.id());
	}

	/**
	 * Resets one key: its next call finds all permits.
	 * @param limit the limit
	 * @param keyId a {@link Key#id()}
	 * @return whether there was something to forget
	 */
	boolean reset(LimitHandle limit, String keyId);

	/**
	 * Lists the keys of a limit.
	 * @param limit the limit
	 * @param after the {@link KeyPage#next()} of the page before; null for the first
	 * @param size how many keys at most, at least 1
	 * @return a page
	 * @throws IllegalArgumentException if {@code after} cannot come from a page
	 */
	KeyPage keys(LimitHandle limit, @Nullable String after, int size);

	/**
	 * Returns the keys of a limit that were refused most.
	 * @param limit the limit
	 * @param size how many keys at most
	 * @return keys with at least one refusal, the most refused first
	 */
	List<KeyState> mostDenied(LimitHandle limit, int size);

	/**
	 * Returns how many keys the store keeps for a limit.
	 * @param limit the limit
	 * @return the number of keys
	 */
	long trackedKeys(LimitHandle limit);

	/**
	 * Returns how many permits were lost because the store evicted keys that were not
	 * full: permits that callers may have got twice.
	 * @param limit the limit
	 * @return permits since the start
	 */
	long forgottenPermits(LimitHandle limit);

	/**
	 * Returns how many permits were forgiven that calls cost beyond the
	 * {@linkplain Limit#maxDebt() debt} that the limit remembers.
	 * @param limit the limit
	 * @return permits since the start, as far as this process settled them
	 */
	long forgivenPermits(LimitHandle limit);

	/**
	 * Returns what kind of store this is.
	 * @return for example {@code memory}
	 */
	String type();

	/**
	 * Returns how many instances of the application share the store, as far as is known.
	 * @return at least 1
	 */
	default int instances() {
		return 1;
	}

	/**
	 * Returns the status of the store in one word, for the endpoint.
	 * @return {@code up} if it answers
	 */
	default String status() {
		return "up";
	}

}
