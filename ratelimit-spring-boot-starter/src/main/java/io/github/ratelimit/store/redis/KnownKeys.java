package io.github.ratelimit.store.redis;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.RegisteredLimit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one limit that this instance has seen lately, bounded: two generations, of
 * which the older is dropped when the younger is full. What is dropped costs a question
 * and some figures. What calls have under way is not dropped, nor is a ban that has not
 * ended. Thread-safe.
 */
final class KnownKeys {

	private final RegisteredLimit limit;

	private final String space;

	private final LongAdder forgiven = new LongAdder();

	private final LongAdder forgotten = new LongAdder();

	private final RedisKeys names;

	private final int most;

	private final KeptByKey<OwnSlots> slots = new KeptByKey<>(OwnSlots::new);

	private final KeptByKey<StandInKey> standIns = new KeptByKey<>(StandInKey::new);

	private final KeptByKey<LateCalls> late = new KeptByKey<>(LateCalls::new);

	/** Null where the keys are not those of bans. */
	private final @Nullable SeenBans bans;

	private volatile Generations generations = new Generations(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());

	KnownKeys(LimitHandle limit, String space, RedisKeys names, int most, long now) {
		this.limit = limit.registered();
		this.space = space;
		this.names = names;
		this.most = Math.max(1, most / 2);
		this.bans = (limit.purpose() == LimitHandle.Purpose.BANS) ? new SeenBans(most, now) : null;
	}

	KnownKey get(Key key, long now) {
		KnownKey known = this.generations.young().get(key);
		return (known != null) ? known : getSlowly(key, now);
	}

	private KnownKey getSlowly(Key key, long now) {
		Generations current = this.generations;
		if (current.young().size() >= this.most) {
			current = age(current);
		}
		KnownKey old = current.old().get(key);
		KnownKey created = (old != null) ? old : new KnownKey(key, this, this.space, this.names, now);
		KnownKey earlier = current.young().putIfAbsent(key, created);
		return (earlier != null) ? earlier : created;
	}

	private Generations age(Generations full) {
		synchronized (this) {
			if (this.generations != full) {
				return this.generations;
			}
			this.generations = new Generations(new ConcurrentHashMap<>(), full.young());
		}
		this.slots.dropIdle();
		this.standIns.dropIdle();
		this.late.dropIdle();
		return this.generations;
	}

	KeptByKey<OwnSlots> slots() {
		return this.slots;
	}

	KeptByKey<StandInKey> standIns() {
		return this.standIns;
	}

	KeptByKey<LateCalls> late() {
		return this.late;
	}

	@Nullable SeenBans bans() {
		return this.bans;
	}

	/** Returns the limit whose calls, refusals or bans are counted. */
	RegisteredLimit limit() {
		return this.limit;
	}

	/** Returns the permits that will not be charged, as too many keys owed some. */
	LongAdder forgotten() {
		return this.forgotten;
	}

	/** Returns the permits that were forgiven to keys of the limit. */
	LongAdder forgiven() {
		return this.forgiven;
	}

	@Nullable KnownKey find(String keyId) {
		for (KnownKey known : all()) {
			if (known.label().id().equals(keyId)) {
				return known;
			}
		}
		return null;
	}

	Map<String, KnownKey> byId() {
		Map<String, KnownKey> byId = new HashMap<>();
		all().forEach((known) -> byId.put(known.label().id(), known));
		return byId;
	}

	void remove(String keyId) {
		this.slots.remove(keyId);
		if (this.bans != null) {
			this.bans.remove(keyId);
		}
		Generations current = this.generations;
		current.young().values().removeIf((known) -> known.label().id().equals(keyId));
		current.old().values().removeIf((known) -> known.label().id().equals(keyId));
	}

	List<KnownKey> all() {
		Generations current = this.generations;
		List<KnownKey> all = new ArrayList<>(current.young().values());
		current.old().forEach((key, known) -> {
			if (!current.young().containsKey(key)) {
				all.add(known);
			}
		});
		return all;
	}

	private record Generations(ConcurrentHashMap<Key, KnownKey> young, ConcurrentHashMap<Key, KnownKey> old) {
	}

}
