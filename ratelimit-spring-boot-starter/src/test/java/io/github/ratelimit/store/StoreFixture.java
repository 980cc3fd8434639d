package io.github.ratelimit.store;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.Handles;
import java.util.List;

/** What a store has to bring to be held to the contract. */
public interface StoreFixture {

	/**
	 * Returns an empty store with this time, with room for at least 10,000 keys of each
	 * limit.
	 */
	LimitStore createStore(TimeSource time);

	/** Returns the step of the store's clock in nanoseconds; waits are its multiples. */
	default long resolution() {
		return 1;
	}

	/**
	 * Returns whether the store accepts a limit: some refuse limits that they cannot
	 * count exactly.
	 */
	default boolean takes(Limit limit) {
		return true;
	}

	/**
	 * Returns which percentage of the random sequences is run: a store in another process
	 * would take minutes for all.
	 */
	default int percent() {
		return 100;
	}

	/** Returns how many of so many random sequences are run, at least one. */
	default int part(int sequences) {
		return Math.max(1, sequences * percent() / 100);
	}

	/** Returns a limit. */
	static Limit limit(String name, String rates) {
		return Limit.of(name, Rate.parseAll(rates));
	}

	/**
	 * Returns a limit that is counted in some way; a concurrency limit has as many slots
	 * as its rate has permits.
	 */
	static Limit limit(String name, Algorithm algorithm, String rates) {
		List<Rate> parsed = Rate.parseAll(rates);
		return (algorithm == Algorithm.CONCURRENCY) ? Limit.named(name).maxConcurrent(parsed.get(0).permits()).build()
				: Limit.named(name).algorithm(algorithm).rates(parsed).build();
	}

	/** Returns a charge of a text. */
	static Charge charge(Limit limit, String key, long permits) {
		return Charge.of(Handles.of(limit), Key.of(key), permits);
	}

	/** Returns how many permits a key has. */
	static long remaining(LimitStore store, Limit limit, String key) {
		return store.take(charge(limit, key, 0)).remaining();
	}

	/** Takes what must be there. */
	static ChargeDecision taken(LimitStore store, Limit limit, String key, long permits) {
		ChargeDecision decision = store.take(charge(limit, key, permits));
		if (decision.isViolated()) {
			throw new AssertionError("Refused: " + decision);
		}
		return decision;
	}

}
