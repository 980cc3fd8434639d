package io.github.ratelimit.client;

import java.util.Collection;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.github.ratelimit.Key;

/**
 * The accounts of a client that are in use. The number of idle ones is bounded: a request
 * with a new credential evicts an idle account, never one with calls in flight.
 * Thread-safe.
 */
final class ProviderAccounts {

	static final int MAX_IDLE = 10_000;

	private final ConcurrentHashMap<Key, ProviderAccount> accounts = new ConcurrentHashMap<>();

	ProviderAccount get(Key key, Function<Key, ProviderAccount> create) {
		ProviderAccount account = this.accounts.get(key);
		if (account == null) {
			account = this.accounts.computeIfAbsent(key, create);
			if (this.accounts.size() > MAX_IDLE) {
				removeIdle(key);
			}
		}
		return account;
	}

	private void removeIdle(Key newest) {
		int excess = this.accounts.size() - MAX_IDLE + MAX_IDLE / 10;
		for (Iterator<ProviderAccount> all = this.accounts.values().iterator(); excess > 0 && all.hasNext();) {
			ProviderAccount account = all.next();
			if (!account.key().equals(newest) && account.governor().isIdle()) {
				all.remove();
				excess--;
			}
		}
	}

	Collection<ProviderAccount> all() {
		return this.accounts.values();
	}

}
