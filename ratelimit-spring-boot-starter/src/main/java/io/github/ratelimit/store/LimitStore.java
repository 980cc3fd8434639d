package io.github.ratelimit.store;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.LimitHandle;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Keeps permits: the port that the stores in memory and in Redis implement. A store is
 * independent of HTTP, expressions and metrics.
 * <p>
 * State belongs to the name of a limit and a key. If a charge has another configuration
 * of the limit than the state, the state is converted in proportion: a bucket half full
 * stays half full.
 * <p>
 * Implementations must be thread-safe. They throw exceptions for their failures; the
 * {@link RateLimiter} then decides about the call.
 */
public interface LimitStore extends InstanceNotes {

	/**
	 * Takes the permits of one charge if those that it {@linkplain Charge#needed() needs}
	 * are available, otherwise nothing. If the limit {@linkplain Limit#isPaced() paces}
	 * calls and the charge may wait, a permit is taken that is due within that time; if
	 * the charge may not wait, one that is due now. The retry-after of a refusal by such
	 * a limit is the wait for the permit.
	 * @param charge what to take
	 * @return the decision of the limit
	 */
	ChargeDecision take(Charge charge);

	/**
	 * Takes like {@link #take}, for a caller that began to wait for this store earlier. A
	 * remote store then waits for both together no longer than for one decision. By
	 * default this makes no difference.
	 * @param charge what to take
	 * @param sinceNanos when the caller began to wait, by {@link TimeSource#nanoTime()}
	 * @return the decision of the limit
	 */
	default ChargeDecision takeSince(Charge charge, long sinceNanos) {
		return take(charge);
	}

	/**
	 * Takes the permits of all charges if all are available, and nothing if one is not:
	 * once a refusal has returned, every limit is as if the call had never been made. A
	 * charge that is not {@linkplain Charge#isEnforced() enforced} is taken if it can be
	 * and the others are, and never stops them.
	 * @param charges what to take, no two of the same limit and key
	 * @return the decision of each limit, in the order of the charges; a refusal names at
	 * least one violated limit, and the others with what they have
	 */
	List<ChargeDecision> takeAll(List<Charge> charges);

	/**
	 * Takes like {@link #takeAll}, and holds no thread while a remote store answers. By
	 * default the calling thread decides at once, as a local store does.
	 * @param charges what to take, no two of the same limit and key
	 * @param executor does what is left to do when a reply arrives
	 * @return the decision of each limit, complete on return or completed by the
	 * executor. To cancel it has no effect: what it takes has to be given back
	 */
	default CompletableFuture<List<ChargeDecision>> takeAllAsync(List<Charge> charges, Executor executor) {
		return CompletableFuture.completedFuture(takeAll(charges));
	}

	/**
	 * Takes like {@link #takeAll}, for a call that has waited for a reply of this store
	 * for its longest time. A remote store decides without another call, by
	 * {@link OnStoreFailure}.
	 * @param charges what to take, no two of the same limit and key
	 * @return the decision of each limit
	 */
	default List<ChargeDecision> takeUnanswered(List<Charge> charges) {
		return takeAll(charges);
	}

	/**
	 * Gives back what a decision took to the state that it came from, never above what
	 * that state can hold. Permits whose state has expired are dropped: those of a window
	 * that is over, and a scheduled permit after which another one has been taken. The
	 * slot of an in-flight call is free again. The caller ensures that this happens once.
	 * @param taken a decision of this store
	 */
	void giveBack(ChargeDecision taken);

	/**
	 * Charges the actual cost of a call instead of what was reserved. An excess is given
	 * back as by {@link #giveBack}; a shortage is charged now, even if it is not
	 * available, down to the {@linkplain Limit#maxDebt() debt} of the limit; the rest is
	 * {@linkplain #forgivenPermits forgiven}. The caller ensures that this happens once.
	 * @param taken a decision of this store, not of a limit of concurrent calls
	 * @param actual what the call cost in permits, 0 or more
	 */
	void settle(ChargeDecision taken, long actual);

	/**
	 * Lowers the permits of a key to at most a number, when this store is the local
	 * fallback of another one. Lower numbers stay as they are. Has no effect by default:
	 * only stores that can be a fallback implement it.
	 * @param limit a limit that has rates
	 * @param key the key
	 * @param atMost permits of each rate in order, a debt being negative; of a limit that
	 * {@linkplain Limit#isPaced() paces}, 1 less the scheduled permits that are taken
	 */
	default void lower(LimitHandle limit, Key key, long[] atMost) {
	}

	/**
	 * Blocks a key until a time: every charge of it is refused meanwhile, whatever
	 * permits it has, with the remaining time as its retry-after. Nothing else that is
	 * blocked or reset shortens a block; only {@linkplain #unblock unblock} ends it
	 * early. A flood of other keys ends no block.
	 * @param limit a limit whose keys {@linkplain LimitHandle#blocks() can be blocked}
	 * @param key the key
	 * @param until when the block ends; nothing happens if that has passed
	 * @return what became of it; {@link BlockResult#PASSED} if nothing has happened
	 * @throws IllegalArgumentException if keys of the limit are never blocked
	 */
	BlockResult block(LimitHandle limit, Key key, Instant until);

	/**
	 * Blocks a key like {@link #block(LimitHandle, Key, Instant)}, for a caller that
	 * began to wait for this store earlier. By default this makes no difference.
	 * @param limit a limit whose keys {@linkplain LimitHandle#blocks() can be blocked}
	 * @param key the key
	 * @param until when the block ends; nothing happens if that has passed
	 * @param sinceNanos when the caller began to wait, by {@link TimeSource#nanoTime()}
	 * @return what became of it
	 * @throws IllegalArgumentException if keys of the limit are never blocked
	 */
	default BlockResult blockSince(LimitHandle limit, Key key, Instant until, long sinceNanos) {
		return block(limit, key, until);
	}

	/**
	 * Blocks a key by its label, as {@link #block(LimitHandle, Key, Instant)} does. By
	 * default nothing happens: a store that knows keys by their labels implements it.
	 * @param limit a limit whose keys {@linkplain LimitHandle#blocks() can be blocked}
	 * @param key the label of a key that the store has {@linkplain #find found}
	 * @param until when the block ends
	 * @return what became of it; {@link BlockResult#NO_ROOM} for a key that the store
	 * does not know any more
	 * @throws IllegalArgumentException if keys of the limit are never blocked
	 */
	default BlockResult block(LimitHandle limit, KeyLabel key, Instant until) {
		return BlockResult.NO_ROOM;
	}

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
	 * @return whether there was a state to reset
	 */
	boolean reset(LimitHandle limit, String keyId);

	/**
	 * Resets all keys of a limit: their next calls find all permits. A key that is used
	 * meanwhile may keep what it has taken.
	 * @param limit the limit
	 * @return how many keys were reset
	 */
	default long resetAll(LimitHandle limit) {
		long reset = 0;
		KeyPage page = keys(limit, null, 1_000);
		while (true) {
			for (KeyState key : page.keys()) {
				reset += reset(limit, key.key().id()) ? 1 : 0;
			}
			if (page.next() == null) {
				return reset;
			}
			page = keys(limit, page.next(), 1_000);
		}
	}

	/**
	 * Lists the keys of a limit.
	 * @param limit the limit
	 * @param after the {@link KeyPage#next()} of the page before; null for the first
	 * @param size how many keys at most, at least 1
	 * @return a page
	 * @throws IllegalArgumentException if {@code after} is not from a page
	 */
	KeyPage keys(LimitHandle limit, @Nullable String after, int size);

	/**
	 * Returns the state of one key as far as this instance knows it, without asking
	 * another process.
	 * @param limit the limit
	 * @param key the key
	 * @return its state, empty if this instance does not know the key
	 */
	default Optional<KeyState> lastKnown(LimitHandle limit, Key key) {
		return find(limit, key);
	}

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
	 * Returns how many permits were forgiven because calls cost more than the
	 * {@linkplain Limit#maxDebt() debt} of the limit allows.
	 * @param limit the limit
	 * @return permits since the start, as far as this process settled them
	 */
	long forgivenPermits(LimitHandle limit);

	/**
	 * Exchanges notes. By default it fails: only stores that can be shared implement it.
	 */
	@Override
	default CompletableFuture<List<InstanceNote>> exchange(String subject, Key key, String instance, byte[] note) {
		return CompletableFuture.failedFuture(
				new UnsupportedOperationException("Instances cannot share notes in a store of type " + type()));
	}

	/**
	 * Returns what kind of store this is.
	 * @return for example {@code memory}
	 */
	String type();

	/**
	 * Returns the number of instances of the application that share the store, as far as
	 * it is known.
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
