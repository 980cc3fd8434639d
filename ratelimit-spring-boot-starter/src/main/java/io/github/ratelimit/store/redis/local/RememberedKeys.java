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

	public RememberedKey get(Key key, long now) {
		RememberedKey known = this.young.byKey.get(key);
		return (known != null) ? known : getSlowly(key, now);
	}

	/** Returns the key of a label, which is not remembered if it was not before. */
	public RememberedKey get(KeyLabel label, long now) {
		RememberedKey known = find(label.id());
		return (known != null) ? known : new RememberedKey(label, null, this, this.space, this.names, now);
	}

	private RememberedKey getSlowly(Key key, long now) {
		Generation current = this.young;
		if (current.byKey.size() >= this.most) {
			current = age(current);
		}
		RememberedKey old = this.old.byKey.get(key);
		return current.add(key,
				(old != null) ? old : new RememberedKey(key.label(), key, this, this.space, this.names, now));
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
			long kept = 0;
			for (RememberedKey known : this.byKey.values()) {
				kept += (known.isCountedIn(this.number) && known.isKept(now)) ? 1 : 0;
			}
			return kept;
		}

	}

}
