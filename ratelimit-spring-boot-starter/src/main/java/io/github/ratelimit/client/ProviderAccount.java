package io.github.ratelimit.client;

import io.github.ratelimit.Key;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.governor.Governor;
import io.github.ratelimit.provider.dialect.ClientDialect;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The calls that a provider counts together: those of one key of a client. The governor
 * knows the calls that are queued and in flight; the account counts those that are on
 * their way to it, or wait for a retry. Thread-safe.
 */
public final class ProviderAccount {

	private static final int REMOVED = -1;

	private final Key key;

	private final String model;

	private final ClientDialect dialect;

	private final Governor governor;

	private final Caller caller;

	private final AtomicInteger users = new AtomicInteger();

	/**
	 * Creates an account.
	 * @param key whose quota is used
	 * @param model the model, empty if the key does not distinguish models
	 * @param dialect how the provider reports its limits
	 * @param governor admits the calls
	 * @param caller holds the threads of queued calls
	 */
	ProviderAccount(Key key, String model, ClientDialect dialect, Governor governor, Caller caller) {
		this.key = key;
		this.model = model;
		this.dialect = dialect;
		this.governor = governor;
		this.caller = caller;
	}

	/**
	 * Returns whose quota is used.
	 * @return the key
	 */
	public Key key() {
		return this.key;
	}

	/**
	 * Returns the model whose calls are counted.
	 * @return the name, empty if the key does not distinguish models
	 */
	public String model() {
		return this.model;
	}

	/**
	 * Returns how the provider reports its limits.
	 * @return the dialect
	 */
	public ClientDialect dialect() {
		return this.dialect;
	}

	/**
	 * Returns what admits the calls.
	 * @return the governor
	 */
	public Governor governor() {
		return this.governor;
	}

	/** Returns what holds the threads of queued calls. */
	Caller caller() {
		return this.caller;
	}

	/**
	 * Begins to use the account, which is not removed until the use is
	 * {@linkplain #release() over}.
	 * @return false if it has been removed
	 */
	boolean tryUse() {
		return this.users.getAndUpdate((users) -> (users == REMOVED) ? REMOVED : users + 1) != REMOVED;
	}

	/** Begins to use the account, also if it had been removed. */
	void use() {
		this.users.updateAndGet((users) -> Math.max(0, users) + 1);
	}

	/** Ends a use. */
	void release() {
		this.users.decrementAndGet();
	}

	/** Returns whether a call looks it up now, or waits for a retry. */
	boolean isUsed() {
		return this.users.get() > 0;
	}

	/**
	 * Removes the account unless it is in use, or has calls that are queued or in flight.
	 * @return whether it is removed
	 */
	boolean tryRemove() {
		if (!this.users.compareAndSet(0, REMOVED)) {
			return false;
		}
		// the calls of earlier users are known to the governor
		if (this.governor.isIdle()) {
			return true;
		}
		this.users.set(0);
		return false;
	}

}
