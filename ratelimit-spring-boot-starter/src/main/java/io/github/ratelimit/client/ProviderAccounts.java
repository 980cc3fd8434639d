package io.github.ratelimit.client;

import io.github.ratelimit.Key;
import io.github.ratelimit.client.ClientSettings.KeyPart;
import io.github.ratelimit.governor.GovernorState;
import io.github.ratelimit.governor.GovernorState.Phase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of a client. The number of idle ones is bounded: a request with a new
 * credential removes idle accounts, never one whose calls are queued, in flight or wait
 * for a retry, since the next call would know nothing of them. Those with which the least
 * is lost go first. Thread-safe.
 */
final class ProviderAccounts {

	static final int MAX_IDLE = 10_000;

	/** With so many accounts one is removed even if others may be worth less. */
	private static final int PRESSING = MAX_IDLE + MAX_IDLE / 10;

	private final ConcurrentHashMap<Key, ProviderAccount> accounts = new ConcurrentHashMap<>();

	private final Removals removals = new Removals();

	private final Credentials credentials = new Credentials();

	private final ClientSettings settings;

	private final Factory factory;

	/** Most applications have one credential and few models. */
	private volatile @Nullable Found last;

	/** That of the latest request that an adapter has seen. */
	private volatile @Nullable Found latest;

	ProviderAccounts(ClientSettings settings, Factory factory) {
		this.settings = settings;
		this.factory = factory;
	}

	/** Uses the account of a request that an adapter sees. */
	ProviderAccount of(OutboundRequest request) {
		String host = (request.uri().getHost() != null) ? request.uri().getHost().toLowerCase(Locale.ROOT) : "";
		Found found = find(this.credentials.hash(request.uri(), request.headers()), host, request.facts().model());
		if (this.latest != found) {
			this.latest = found;
		}
		return found.account();
	}

	/**
	 * Uses the account of a call that no adapter sees: that of the latest request, with
	 * the model of the call.
	 * @param model the model, null for that of the latest request
	 */
	ProviderAccount of(@Nullable String model) {
		Found latest = this.latest;
		if (latest == null) {
			String host = this.settings.match().isEmpty() ? "" : this.settings.match().get(0).host();
			return find(Credentials.NONE, host, model).account();
		}
		return (model != null) ? find(this.credentials.lastHash(), latest.host(), model).account()
				: use(latest.account());
	}

	/** Uses an account once more; one that has been removed comes back. */
	ProviderAccount use(ProviderAccount account) {
		return account.tryUse() ? account : add(account.key(), (key) -> account);
	}

	/** Finds an account and uses it. */
	private Found find(String credential, String host, @Nullable String model) {
		Found last = this.last;
		if (last != null && last.isOf(credential, host, model) && last.account().tryUse()) {
			return last;
		}
		Key key = key(credential, host, model);
		ProviderAccount known = this.accounts.get(key);
		ProviderAccount account = (known != null && known.tryUse()) ? known
				: add(key, (any) -> this.factory.create(any, host, model));
		Found found = new Found(credential, host, model, account);
		this.last = found;
		return found;
	}

	private Key key(String credential, String host, @Nullable String model) {
		List<Key> keys = new ArrayList<>();
		for (KeyPart part : this.settings.key()) {
			keys.add(switch (part) {
				case CREDENTIAL -> Key.of("credential", credential);
				case MODEL -> Key.of("model", (model != null && !model.isEmpty()) ? model : "none");
				case HOST -> Key.of("host", host.isEmpty() ? "none" : host);
			});
		}
		return switch (keys.size()) {
			case 0 -> Key.GLOBAL;
			case 1 -> keys.get(0);
			default -> Key.composed(keys);
		};
	}

	private ProviderAccount add(Key key, Function<Key, ProviderAccount> create) {
		AtomicBoolean added = new AtomicBoolean();
		ProviderAccount account = this.accounts.compute(key, (any, current) -> {
			added.setPlain(current == null);
			ProviderAccount used = (current != null) ? current : create.apply(any);
			used.use();
			return used;
		});
		if (added.getPlain()) {
			this.removals.added(account);
		}
		return account;
	}

	private boolean remove(ProviderAccount account) {
		return this.accounts.computeIfPresent(account.key(),
				(key, current) -> current.tryRemove() ? null : current) == null;
	}

	/** Returns a live view. */
	Collection<ProviderAccount> all() {
		return this.accounts.values();
	}

	/** Returns whether a request or call has had an account yet. */
	boolean areUsed() {
		return this.last != null;
	}

	/** Creates the account of a key. */
	@FunctionalInterface
	interface Factory {

		ProviderAccount create(Key key, String host, @Nullable String model);

	}

	/** The account of these requests. */
	private record Found(String credential, String host, @Nullable String model, ProviderAccount account) {

		boolean isOf(String credential, String host, @Nullable String model) {
			return this.credential.equals(credential) && this.host.equals(host) && Objects.equals(this.model, model);
		}

	}

	/**
	 * Decides which account is removed for a new one. The accounts are in the order of
	 * what is lost with them, as it was when each was looked at last. The first is looked
	 * at again before it is removed, and with each new account a few others, so that the
	 * work for a new account is bounded, and none for the others. Thread-safe.
	 */
	private final class Removals {

		/** How many of the first accounts are looked at for a new one at most. */
		private static final int FIRST = 16;

		/** How many others, since what is lost with an account becomes less in time. */
		private static final int OTHERS = 4;

		private final ReentrantLock lock = new ReentrantLock();

		private final TreeSet<Place> places = new TreeSet<>(Place.ORDER);

		private long number;

		private @Nullable Place lookedAt;

		/** Notes a new account, and removes one if there are too many. */
		void added(ProviderAccount account) {
			this.lock.lock();
			try {
				this.places.add(new Place(account, Loss.NOTHING, 0, this.number++));
				if (isFull()) {
					lookAtOthers();
					removeFirst();
				}
			}
			finally {
				this.lock.unlock();
			}
		}

		private boolean isFull() {
			return this.places.size() > MAX_IDLE;
		}

		private void lookAtOthers() {
			for (int i = 0; i < OTHERS; i++) {
				Place next = (this.lookedAt != null) ? this.places.higher(this.lookedAt) : null;
				next = (next != null) ? next : this.places.first();
				this.lookedAt = next;
				move(next, next.now());
			}
		}

		private void removeFirst() {
			Place least = null;
			for (int i = 0; i < FIRST && isFull(); i++) {
				Place first = this.places.first();
				if (first.loss() == Loss.CALLS) {
					break;
				}
				Place now = first.now();
				if (Place.ORDER.compare(now, first) <= 0 && tryRemove(first)) {
					continue;
				}
				move(first, now);
				boolean less = least == null || Place.ORDER.compare(now, least) < 0;
				least = (less && now.loss() != Loss.CALLS) ? now : least;
			}
			if (least != null && this.places.size() > PRESSING) {
				tryRemove(least);
			}
		}

		private void move(Place from, Place to) {
			this.places.remove(from);
			this.places.add(to);
		}

		private boolean tryRemove(Place place) {
			return remove(place.account()) && this.places.remove(place);
		}

	}

	/**
	 * The place of an account in the order of removal.
	 *
	 * @param account the account
	 * @param loss what is lost with it
	 * @param sentAtNanos when its last call was sent, 0 if nothing is lost
	 * @param number the number of the account, higher than those of earlier ones
	 */
	private record Place(ProviderAccount account, Loss loss, long sentAtNanos, long number) {

		static final Comparator<Place> ORDER = Comparator.comparing(Place::loss)
			.thenComparing((one, other) -> Long.signum(one.sentAtNanos - other.sentAtNanos))
			.thenComparingLong(Place::number);

		/** Returns the place that the account has now. */
		Place now() {
			GovernorState state = this.account.governor().state();
			Loss loss = (this.account.isUsed() || state.inFlight() + state.waiting() > 0) ? Loss.CALLS : Loss.of(state);
			return new Place(this.account, loss, (loss == Loss.NOTHING) ? 0 : state.sentAtNanos(), this.number);
		}

	}

	/** What the next call would not know if the account were removed, least first. */
	private enum Loss {

		/** Nothing: no limit is known. */
		NOTHING,

		/** What the provider's limits are. */
		LIMITS,

		/** That there is little left of them, or that fewer calls should be sent. */
		SHORTAGE,

		/** Until when the provider accepts no call. */
		GATE,

		/** The calls that it has now. */
		CALLS;

		static Loss of(GovernorState state) {
			if (state.phase() == Phase.THROTTLED) {
				return GATE;
			}
			if (!state.learned()) {
				return NOTHING;
			}
			boolean shortage = state.phase() == Phase.RECOVERING
					|| state.quotas().stream().anyMatch((quota) -> quota.available() <= quota.limit() / 10);
			return shortage ? SHORTAGE : LIMITS;
		}

	}

}
