package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.redis.script.Snapshot;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The bans of one limit that this instance has seen in Redis, until they end: no flood of
 * other keys pushes one out. Bounded: where there is no room, a new one is not
 * remembered. Thread-safe.
 */
final class RememberedBans {

	/** So often a full table looks for bans that have ended, at most. */
	private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();

	private final ConcurrentMap<String, Snapshot> byId = new ConcurrentHashMap<>();

	private final int most;

	private final AtomicLong next;

	RememberedBans(int most, long now) {
		this.most = most;
		this.next = new AtomicLong(now);
	}

	@Nullable Snapshot find(String keyId) {
		return this.byId.get(keyId);
	}

	void remove(String keyId) {
		this.byId.remove(keyId);
	}

	/** Takes over a state: a ban, or that there is none. */
	void saw(String keyId, Snapshot state) {
		boolean known = this.byId.containsKey(keyId);
		if (isOver(state, state.answeredNanos())) {
			if (known) {
				this.byId.computeIfPresent(keyId, (id, ban) -> isLater(state, ban) ? null : ban);
			}
		}
		else if (known || hasRoom(state.answeredNanos())) {
			this.byId.merge(keyId, state, (ban, seen) -> isLater(seen, ban) ? seen : ban);
		}
	}

	private boolean hasRoom(long now) {
		long next = this.next.get();
		if (this.byId.size() >= this.most && now - next >= 0 && this.next.compareAndSet(next, now + PAUSE_NANOS)) {
			this.byId.values().removeIf((ban) -> isOver(ban, now));
		}
		return this.byId.size() < this.most;
	}

	private static boolean isOver(Snapshot state, long now) {
		return state.remaining(Snapshot.microsSince(state.askedNanos(), now)) > 0;
	}

	private static boolean isLater(Snapshot state, Snapshot before) {
		return state.askedNanos() - before.askedNanos() >= 0;
	}

}
