package io.github.ratelimit.store;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.registry.LimitHandle;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where permits are kept: the port behind which memory and Redis live. A store answers
 * questions about permits; it knows nothing of HTTP, expressions or metrics.
 * <p>
 * State belongs to the name of a limit and a key. Where a charge comes with another
 * configuration of a limit than the state was kept by, the state is read in proportion: a
 * bucket half full stays half full.
 * <p>
 * Implementations must be thread-safe. What goes wrong is thrown as it is; the
 * {@link RateLimiter} decides what that means for the call.
 */
public interface LimitStore {

	/**
	 * Takes the permits of one charge if those that it {@linkplain Charge#needed() needs}
	 * are there, and nothing if not. Where the limit {@linkplain Limit#paces() paces}
	 * calls and the charge may wait, a turn is taken that comes within that time; without
	 * it, one that has come. A refusal by such a limit has the wait for the turn as its
	 * retry-after.
	 * @param charge what to take
	 * @return what the limit says
	 */
	ChargeDecision take(Charge charge);

	/**
	 * Takes the permits of all charges if all are there, and nothing if one is not: once
	 * a refusal has returned, every limit answers as if it had never come. A charge that
	 * is not {@linkplain Charge#enforced() enforced} is taken if it can be and the others
	 * are, and never stops them.
	 * @param charges what to take, no two of the same limit and key
	 * @return what each limit says, in the order of the charges; a refusal names at least
	 * one violated limit, and the others with what they have
	 */
	List<ChargeDecision> takeAll(List<Charge> charges);

	/**
	 * Takes like {@link #takeAll}, for a call that has waited for an answer of this store
	 * for as long as it may: where the store is asked over the network, without asking
	 * it, by {@link OnStoreFailure}.
	 * @param charges what to take, no two of the same limit and key
	 * @return what each limit says, in the order of the charges
	 */
	default List<ChargeDecision> takeUnanswered(List<Charge> charges) {
		return takeAll(charges);
	}

	/**
	 * Gives back what a decision took, once, to the state that it came from, never above
	 * what that state can hold; drops it where that state has gone: a window that is
	 * over, a turn behind which somebody has taken the next one. The place of a call
	 * under way is free again. The caller sees to it that this happens once.
	 * @param taken a decision of this store
	 */
	void giveBack(ChargeDecision taken);

	/**
	 * Charges what a call cost instead of what was reserved. What was reserved too much
	 * is given back as by {@link #giveBack}; what was reserved too little is charged now,
	 * even where it is not there, down to the {@linkplain Limit#maxDebt() debt} that the
	 * limit remembers; the rest is {@linkplain #forgivenPermits forgiven}. The caller
	 * sees to it that this happens once.
	 * @param taken a decision of this store, not of a limit that counts calls under way
	 * @param actual what the call cost in permits, 0 or more
	 */
	void settle(ChargeDecision taken, long actual);

	/**
	 * Sees to it that a key has at most so many permits, where this store stands in for
	 * another one. What is lower stays as it is. Only stores that can stand in for others
	 * do it; by default nothing happens.
	 * @param limit a limit that has rates
	 * @param key whose permits
	 * @param atMost permits of each rate in turn, negative where some are owed; of a
	 * limit that {@linkplain Limit#paces() paces}, 1 less the turns that are taken
	 */
	default void lower(LimitHandle limit, Key key, long[] atMost) {
	}

	/**
	 * Looks at one key without changing or creating anything.
	 * @param limit the limit
	 * @param keyId a {@link Key#id()}
	 * @return its state, empty if the store does not know the key
	 */
	Optional<KeyState> find(LimitHandle limit, String keyId);

	/**
	 * Looks at one key without changing or creating anything.
	 * @param limit the limit
	 * @param key the key
	 * @return its state, empty if the store does not know the key
	 */
	default Optional<KeyState> find(LimitHandle limit, Key key) {
		return find(limit, key.id());
	}

	/**
	 * Forgets one key: its next call finds all permits.
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
	 * Returns how many permits were lost because the store had to forget keys that were
	 * not full again: permits that callers may have had twice.
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
	 * Returns how the store does, in one word for people.
	 * @return {@code up} if it answers
	 */
	default String status() {
		return "up";
	}

}
