package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.BlockedKeys;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one limit that this instance has used lately, bounded: two generations, of
 * which the older is dropped when the younger is full. A dropped key costs one more
 * script call and some statistics. Keys with calls in flight or a block that has not
 * ended are not dropped. Thread-safe.
 */
public final class RememberedKeys {

	private final RegisteredLimit limit;

	private final String space;

	private final LongAdder forgiven = new LongAdder();

	private final LongAdder forgotten = new LongAdder();

	private final RedisKeyNames names;

	private final int most;

	final InFlightByKey<LocalSlots> slots = new InFlightByKey<>(LocalSlots::new);

	final InFlightByKey<FallbackUsage> usages = new InFlightByKey<>(FallbackUsage::new);

	final InFlightByKey<InFlightPermits> late = new InFlightByKey<>(InFlightPermits::new);

	/** By id; null if the limit has no blocks. */
	final @Nullable BlockedKeys<String> blocks;

	private volatile Generation old = new Generation(0);

	private volatile Generation young = new Generation(1);

	public RememberedKeys(LimitHandle limit, String space, RedisKeyNames names, int most) {
		this.limit = limit.registered();
		this.space = space;
		this.names = names;
		this.most = Math.max(1, most / 2);
		this.blocks = (limit.purpose() == LimitHandle.Purpose.BLOCKS) ? new BlockedKeys<>(most, Function.identity())
				: null;
	}

	/** Returns the name of a key in Redis. */
	public byte[] name(String keyId) {
		return this.names.of(this.space, keyId);
	}

	/** Returns the key of a label, which is not remembered if it was not before. */
	public RememberedKey get(KeyLabel label, long now) {
		RememberedKey known = find(label.id());
		return (known != null) ? known : new RememberedKey(label, null, this, now);
	}

	/** Returns a key, and remembers it from now on. */
	public RememberedKey get(Key key, long now) {
		RememberedKey known = this.young.byKey.get(key);
		return (known != null) ? known : getSlowly(key, now);
	}

	private RememberedKey getSlowly(Key key, long now) {
		Generation current = this.young;
		if (current.byKey.size() >= this.most) {
			current = age(current);
		}
		RememberedKey old = this.old.byKey.get(key);
		return current.add(key, (old != null) ? old : new RememberedKey(key.label(), key, this, now));
	}

	private Generation age(Generation full) {
		synchronized (this) {
			if (this.young != full) {
				return this.young;
			}
			this.old = full;
			this.young = new Generation(full.number + 1);
		}
		this.slots.dropIdle();
		this.usages.dropIdle();
		this.late.dropIdle();
		return this.young;
	}

	/** Returns the limit whose calls, refusals or blocks are counted. */
	public RegisteredLimit limit() {
		return this.limit;
	}

	/** Returns the permits that will not be charged, as too many keys had a debt. */
	public LongAdder forgotten() {
		return this.forgotten;
	}

	/** Returns the permits that were forgiven to keys of the limit. */
	public LongAdder forgiven() {
		return this.forgiven;
	}

	/** Returns what is remembered of a key, without remembering it. */
	public @Nullable RememberedKey known(Key key) {
		RememberedKey known = this.young.byKey.get(key);
		return (known != null) ? known : this.old.byKey.get(key);
	}

	public @Nullable RememberedKey find(String keyId) {
		RememberedKey known = this.young.byId.get(keyId);
		return (known != null) ? known : this.old.byId.get(keyId);
	}

	/** Forgets a key that was reset; its calls in flight are still counted. */
	public void remove(String keyId, long now) {
		this.slots.remove(keyId);
		if (this.blocks != null) {
			this.blocks.remove(keyId, now);
		}
		this.young.remove(keyId);
		this.old.remove(keyId);
	}

	/** Forgets all keys; blocks stay. */
	public synchronized void removeAll() {
		forEach((known) -> this.slots.remove(known.label().id()));
		int number = this.young.number;
		this.old = new Generation(number + 1);
		this.young = new Generation(number + 2);
	}

	/** Returns the number of keys that Redis still keeps. */
	public long kept(long now) {
		return this.old.kept(now) + this.young.kept(now);
	}

	/** Passes on every key, some of them twice. */
	public void forEach(Consumer<RememberedKey> action) {
		this.old.byKey.values().forEach(action);
		this.young.byKey.values().forEach(action);
	}

	/** Keys by themselves for decisions, and by their ids for the endpoint. */
	private static final class Generation {

		final int number;

		final ConcurrentMap<Key, RememberedKey> byKey = new ConcurrentHashMap<>();

		final ConcurrentMap<String, RememberedKey> byId = new ConcurrentHashMap<>();

		Generation(int number) {
			this.number = number;
		}

		/** Returns the one that is remembered, which another thread may have added. */
		RememberedKey add(Key key, RememberedKey added) {
			RememberedKey earlier = this.byKey.putIfAbsent(key, added);
			if (earlier != null) {
				return earlier;
			}
			this.byId.put(added.label().id(), added);
			added.countIn(this.number);
			return added;
		}

		void remove(String keyId) {
			RememberedKey known = this.byId.remove(keyId);
			if (known != null && known.key() != null) {
				this.byKey.remove(known.key(), known);
			}
		}

		long kept(long now) {
			return this.byKey.values()
				.stream()
				.filter((known) -> known.isCountedIn(this.number) && known.isKept(now))
				.count();
		}

	}

	/**
	 * The states that in-flight calls share, by the id of the key, one for each key: even
	 * if one thread evicts a remembered key while another adds it again. The size is the
	 * number of keys with calls in flight, plus states that are not dropped yet.
	 * Thread-safe.
	 *
	 * @param <T> the state
	 */
	static final class InFlightByKey<T extends InFlightState> {

		private final ConcurrentMap<String, T> byId = new ConcurrentHashMap<>();

		private final Supplier<T> create;

		InFlightByKey(Supplier<T> create) {
			this.create = create;
		}

		T of(String keyId) {
			T kept = this.byId.get(keyId);
			return (kept != null) ? kept : this.byId.computeIfAbsent(keyId, (id) -> this.create.get());
		}

		@Nullable T find(String keyId) {
			return this.byId.get(keyId);
		}

		void remove(String keyId) {
			this.byId.remove(keyId);
		}

		/** Drops states that were idle at the last call and still are. */
		void dropIdle() {
			for (String keyId : this.byId.keySet()) {
				this.byId.computeIfPresent(keyId, (id, kept) -> kept.retire() ? null : kept);
			}
		}

	}

	/**
	 * State of one key that its in-flight calls share. It is dropped only while it is
	 * idle, and not used afterwards: a caller that finds it dropped requests its
	 * successor. Thread-safe.
	 */
	abstract static class InFlightState {

		private boolean idleBefore;

		private boolean over;

		/** Returns whether the state can be dropped without loss; requires the lock. */
		abstract boolean isIdle();

		/** Notes a use and returns false if the state is dropped; requires the lock. */
		final boolean use() {
			this.idleBefore = false;
			return !this.over;
		}

		/** Drops the state if it was not used since the last call and is idle. */
		final synchronized boolean retire() {
			this.over = this.idleBefore && isIdle();
			this.idleBefore = true;
			return this.over;
		}

	}

}
