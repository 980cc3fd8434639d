package io.github.ratelimit.registry;

import io.github.ratelimit.Key;
import java.util.List;

/**
 * Which keys of a limit called and were refused most in the last ten to twenty minutes.
 * Thread-safe. Memory is bounded whatever keys come: four sketches of at most 192 keys.
 */
public final class BusyKeys {

	private final FrequentKeys calls = new FrequentKeys();

	private final FrequentKeys denials = new FrequentKeys();

	BusyKeys() {
	}

	void count(Key key, boolean violated) {
		this.calls.add(key);
		if (violated) {
			this.denials.add(key);
		}
	}

	/** Notes that five seconds have passed. */
	public void fiveSecondsPassed() {
		this.calls.fiveSecondsPassed();
		this.denials.fiveSecondsPassed();
	}

	/**
	 * Returns the keys that called most.
	 * @param size how many keys at most
	 * @return keys that stand out with their calls, most first
	 */
	public List<KeyCount> busiest(int size) {
		return this.calls.top(size);
	}

	/**
	 * Returns the keys that were refused most, or would have been if the limit were not
	 * in shadow mode.
	 * @param size how many keys at most
	 * @return keys that stand out with their refusals, most first
	 */
	public List<KeyCount> mostDenied(int size) {
		return this.denials.top(size);
	}

	/**
	 * A key and how often it came up.
	 *
	 * @param key the key, which may be a secret
	 * @param count how often, about: exact while calls are few; calls at the same moment
	 * are left out, so that no call waits
	 */
	public record KeyCount(Key key, long count) {
	}

}
