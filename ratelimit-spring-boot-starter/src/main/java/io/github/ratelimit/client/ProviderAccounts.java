package io.github.ratelimit.client;

import java.util.Collection;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import io.github.ratelimit.Key;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of a client. The number of idle ones is bounded: a request with a new
 * credential removes idle accounts, never one whose calls are queued, in flight or wait
 * for a retry, since the next call would know nothing of them. Thread-safe.
 */
final class ProviderAccounts {

	static final int MAX_IDLE = 10_000;

	private final ConcurrentHashMap<Key, ProviderAccount> accounts = new ConcurrentHashMap<>();

	private final Credentials credentials = new Credentials();

	private final ClientSettings settings;

	private final AccountKeys keys;

	private final Factory factory;

	private final AtomicBoolean used = new AtomicBoolean();

	private volatile @Nullable Latest latest;

	ProviderAccounts(ClientSettings settings, Factory factory) {
		this.settings = settings;
		this.keys = new AccountKeys(settings.key());
		this.factory = factory;
	}

	/** Uses the account of a request that an adapter sees. */
	ProviderAccount of(OutboundRequest request) {
		String host = (request.uri().getHost() != null) ? request.uri().getHost().toLowerCase(Locale.ROOT) : "";
		ProviderAccount account = get(this.credentials.hash(request.uri(), request.headers()), request.facts().model(),
				host);
		Latest latest = this.latest;
		if (latest == null || latest.account() != account) {
			this.latest = new Latest(account, host);
		}
		return account;
	}

	/**
	 * Uses the account of a call that no adapter sees: that of the latest request, with
	 * the model of the call.
	 * @param model the model, null for that of the latest request
	 */
	ProviderAccount of(@Nullable String model) {
		Latest latest = this.latest;
		if (latest == null) {
			return get(Credentials.NONE, model,
					this.settings.match().isEmpty() ? "" : this.settings.match().get(0).host());
		}
		if (model != null) {
			return get(this.credentials.lastHash(), model, latest.host());
		}
		return use(latest.account());
	}

	/** Uses an account once more; one that has been removed comes back. */
	ProviderAccount use(ProviderAccount account) {
		return account.tryUse() ? account : add(account.key(), (key) -> account);
	}

	private ProviderAccount get(String credential, @Nullable String model, String host) {
		this.used.setPlain(true);
		Key key = this.keys.of(credential, host, model);
		ProviderAccount account = this.accounts.get(key);
		return (account != null && account.tryUse()) ? account
				: add(key, (any) -> this.factory.create(any, host, model));
	}

	private ProviderAccount add(Key key, Function<Key, ProviderAccount> create) {
		ProviderAccount account = this.accounts.compute(key, (any, current) -> {
			ProviderAccount used = (current != null) ? current : create.apply(any);
			used.use();
			return used;
		});
		if (this.accounts.size() > MAX_IDLE) {
			removeIdle();
		}
		return account;
	}

	private void removeIdle() {
		int excess = this.accounts.size() - MAX_IDLE + MAX_IDLE / 10;
		for (Iterator<Key> keys = this.accounts.keySet().iterator(); excess > 0 && keys.hasNext();) {
			if (this.accounts.computeIfPresent(keys.next(),
					(key, account) -> account.tryRemove() ? null : account) == null) {
				excess--;
			}
		}
	}

	/** Returns a live view. */
	Collection<ProviderAccount> all() {
		return this.accounts.values();
	}

	/** Returns whether a request or call has had an account yet. */
	boolean areUsed() {
		return this.used.get();
	}

	/** Creates the account of a key. */
	@FunctionalInterface
	interface Factory {

		ProviderAccount create(Key key, String host, @Nullable String model);

	}

	/** The account of the latest request, and where it was sent. */
	private record Latest(ProviderAccount account, String host) {
	}

}
