package io.github.ratelimit;

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
	 * Takes the permits of one charge if they are there, and nothing if not.
	 * @param charge what to take
	 * @return what the limit says
	 */
	LimitDecision take(Charge charge);

	/**
	 * Takes the permits of all charges if all are there, and nothing if one is not: once
	 * a refusal has returned, every limit answers as if it had never come.
	 * @param charges what to take, no two of the same limit and key
	 * @return what each limit says, in the order of the charges; a refusal names at least
	 * one violated limit, and the others with what they have
	 */
	List<LimitDecision> takeAll(List<Charge> charges);

	/**
	 * Gives back what a decision took, once, to the state that it came from, never above
	 * what that state can hold; drops it where that state has gone. The caller sees to it
	 * that this happens once.
	 * @param taken a decision of this store
	 */
	void giveBack(LimitDecision taken);

	/**
	 * Looks at one key without changing or creating anything.
	 * @param limit the limit
	 * @param keyId a {@link Key#id()}
	 * @return its state, empty if the store does not know the key
	 */
	Optional<KeyState> find(Limit limit, String keyId);

	/**
	 * Looks at one key without changing or creating anything.
	 * @param limit the limit
	 * @param key the key
	 * @return its state, empty if the store does not know the key
	 */
	default Optional<KeyState> find(Limit limit, Key key) {
		return find(limit, key.id());
	}

	/**
	 * Forgets one key: its next call finds all permits.
	 * @param limit the limit
	 * @param keyId a {@link Key#id()}
	 * @return whether there was something to forget
	 */
	boolean reset(Limit limit, String keyId);

	/**
	 * Lists the keys of a limit.
	 * @param limit the limit
	 * @param after the {@link KeyPage#next()} of the page before; null for the first
	 * @param size how many keys at most, at least 1
	 * @return a page
	 * @throws IllegalArgumentException if {@code after} cannot come from a page
	 */
	KeyPage keys(Limit limit, @Nullable String after, int size);

	/**
	 * Returns the keys of a limit that were refused most.
	 * @param limit the limit
	 * @param size how many keys at most
	 * @return keys with at least one refusal, the most refused first
	 */
	List<KeyState> mostDenied(Limit limit, int size);

	/**
	 * Returns how many keys the store keeps for a limit.
	 * @param limit the limit
	 * @return the number of keys
	 */
	long trackedKeys(Limit limit);

	/**
	 * Returns how many permits were lost because the store had to forget keys that were
	 * not full again: permits that callers may have had twice.
	 * @param limit the limit
	 * @return permits since the start
	 */
	long forgottenPermits(Limit limit);

	/**
	 * Returns what kind of store this is.
	 * @return for example {@code memory}
	 */
	String type();

	/**
	 * Returns how the store does, in one word for people.
	 * @return {@code up} if it answers
	 */
	default String status() {
		return "up";
	}

}
