package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.store.BlockResult;
import io.github.ratelimit.store.BlockedKeys;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What this instance remembers of one key of a limit: its name in Redis, the last
 * snapshot, and how many calls were allowed and denied. Thread-safe.
 */
public final class RememberedKey {

	/** How long no call is sent for a key after a refusal. */
	private static final long QUIET_NANOS = Duration.ofSeconds(1).toNanos();

	/** The same for a limit whose permits can be given back. */
	private static final long REFUNDED_QUIET_NANOS = Duration.ofMillis(100).toNanos();

	private static final int MOST_LABEL_BYTES = 64;

	private final RememberedKeys keys;

	/** Null where only the label is known. */
	private final @Nullable Key key;

	private final KeyLabel label;

	private final byte[] name;

	private final byte[] labelBytes;

	/** Null if the limit has no leases. */
	private volatile @Nullable PermitLease lease;

	private final LongAdder allowed = new LongAdder();

	private final LongAdder denied = new LongAdder();

	/** Whether a call is under way with which no other may be sent. */
	private final AtomicBoolean called = new AtomicBoolean();

	/** Null until calls arrive during another. */
	private volatile @Nullable CoalescedCalls calls;

	private volatile @Nullable Snapshot last;

	/**
	 * When Redis removes the last state, by this instance's clock: noted with the state,
	 * because keys are counted by the million.
	 */
	private volatile long keptUntil;

	/** Replies to calls that were sent before this time do not include later refunds. */
	private volatile long forgottenAt = Long.MIN_VALUE;

	/** The last scheduled permit that was not answered in time, null if none. */
	private volatile @Nullable Object latePermit;

	private volatile long lastSeen;

	/** The number of the latest generation that has the key, and so counts it. */
	private volatile int generation;

	RememberedKey(KeyLabel label, @Nullable Key key, RememberedKeys keys, long now) {
		this.keys = keys;
		this.key = key;
		this.label = label;
		this.name = keys.name(label.id());
		byte[] bytes = RedisKeyNames.bytes(this.label.kind() + ":" + this.label.masked());
		this.labelBytes = (bytes.length <= MOST_LABEL_BYTES) ? bytes
				: RedisKeyNames.bytes("key:" + this.label.masked());
		this.lastSeen = now;
		this.keptUntil = now;
	}

	void countIn(int generation) {
		this.generation = generation;
	}

	boolean isCountedIn(int generation) {
		return this.generation == generation;
	}

	public @Nullable Key key() {
		return this.key;
	}

	public KeyLabel label() {
		return this.label;
	}

	/** Returns the name in Redis; must not be changed. */
	public byte[] name() {
		return this.name;
	}

	/** Returns the beginning of a state that Redis does not have yet: a new origin. */
	public byte[] newOrigin() {
		return LimitEncoding.newOrigin(this.labelBytes);
	}

	/** Returns the label of the key in records of Redis; must not be changed. */
	public byte[] labelBytes() {
		return this.labelBytes;
	}

	/**
	 * Decides a charge without Redis if the last state proves that it cannot be paid:
	 * while others only take permits, at most the refill can be available.
	 * @return the refusal, null if Redis has to decide
	 */
	@Nullable ChargeDecision refusedWithoutAsking(Charge charge, LimitEncoding encoding, long now) {
		Snapshot seen = lately(encoding, now);
		return (seen != null) ? seen.stillRefused(charge, now) : null;
	}

	private @Nullable Snapshot lately(LimitEncoding encoding, long now) {
		Snapshot seen = this.last;
		if (seen == null || seen.encoding() != encoding || isForgotten(seen)) {
			return null;
		}
		long quiet = seen.refunded() ? REFUNDED_QUIET_NANOS : QUIET_NANOS;
		return (now - seen.askedNanos() < quiet) ? seen : null;
	}

	private boolean isForgotten(Snapshot seen) {
		return this.forgottenAt != Long.MIN_VALUE && seen.askedNanos() - this.forgottenAt <= 0;
	}

	/**
	 * Returns what a charge would find in the last state, for the report beside another
	 * limit's refusal.
	 * @return a decision without a receipt, null if Redis has to decide
	 */
	@Nullable ChargeDecision thereWithoutAsking(Charge charge, LimitEncoding encoding, long now) {
		Snapshot seen = lately(encoding, now);
		return (seen != null) ? seen.stillThere(charge, now) : null;
	}

	public @Nullable Snapshot last() {
		return this.last;
	}

	/** Stores a state, unless a later one is stored. */
	public void saw(Snapshot state) {
		Snapshot last = this.last;
		if (last == null || state.askedNanos() - last.askedNanos() >= 0) {
			this.last = state;
			this.keptUntil = state.askedNanos() + ((state.origin() != 0) ? state.nanosToFull(0) : 0);
		}
		BlockedKeys<String> blocks = this.keys.blocks;
		if (blocks != null) {
			blocks.saw(this.label.id(), state.nanosToFull(0), state.askedNanos(), state.answeredNanos());
		}
	}

	/** Blocks the key in this instance, for a limit whose buckets are blocks. */
	public BlockResult block(long until, long now) {
		return Objects.requireNonNull(this.keys.blocks).block(this.label.id(), until, now);
	}

	/**
	 * Decides without Redis whether the key is blocked.
	 * @return the decision, null if the limit's buckets are no blocks
	 */
	public @Nullable ChargeDecision blockWithoutAsking(Charge look, long now) {
		BlockedKeys<String> blocks = this.keys.blocks;
		if (blocks == null) {
			return null;
		}
		long left = blocks.nanosLeft(this.label.id(), now);
		return (left > 0) ? ChargeDecision.refused(look, 0, left, left, null)
				: ChargeDecision.granted(look, null, 1, 0, null);
	}

	/**
	 * Stops deciding by the last state, so that the next charge is sent: more permits may
	 * be available than have refilled.
	 */
	void forgetState(long now) {
		this.forgottenAt = now;
	}

	/** Returns the key's usage in the local fallback. */
	FallbackUsage usage() {
		return this.keys.usages.of(this.label.id());
	}

	/** Returns the slots that calls of this instance hold, for a limit with slots. */
	LocalSlots slots() {
		return this.keys.slots.of(this.label.id());
	}

	/** Notes that a call requests slots. */
	void askSlots(long slots) {
		while (!slots().ask(slots)) {
			Thread.onSpinWait();
		}
	}

	/** Returns the granted permits that the last state does not include yet. */
	public InFlightPermits late() {
		return this.keys.late.of(this.label.id());
	}

	/** Notes that permits were granted. */
	public void giveAway(long permits) {
		while (!late().add(permits)) {
			Thread.onSpinWait();
		}
	}

	/**
	 * Returns one of several instances' part of a state, less what this instance has
	 * granted since, which the local fallback does not include.
	 */
	long[] partsLeft(Snapshot seen, int instances, long now) {
		long[] parts = seen.parts(instances, now);
		InFlightPermits known = this.keys.late.find(this.label.id());
		if (known != null) {
			known.lower(parts, seen, instances, now);
		}
		return parts;
	}

	/** Returns whether Redis has not answered the request of a scheduled permit yet. */
	boolean isPermitLate() {
		return this.latePermit != null;
	}

	void permitIsLate(Object asked) {
		this.latePermit = asked;
	}

	/** Notes that the reply has arrived or never will: calls may wait for others. */
	synchronized void permitIsKnown(Object asked, boolean inTime) {
		if (inTime || this.latePermit == asked) {
			this.latePermit = null;
		}
	}

	/** Returns whether the caller may send a call by itself; it then has to end it. */
	public boolean beginCall() {
		return !this.called.get() && this.called.compareAndSet(false, true);
	}

	/** Ends a call, and sends the charges that waited for it. */
	public void endCall(RedisAccess redis) {
		this.called.set(false);
		CoalescedCalls calls = this.calls;
		if (calls != null) {
			calls.send(redis);
		}
	}

	/** Returns the calls that share the next one. */
	public synchronized CoalescedCalls calls() {
		CoalescedCalls known = this.calls;
		CoalescedCalls calls = (known != null) ? known : new CoalescedCalls(this);
		this.calls = calls;
		return calls;
	}

	/** Returns the remembered keys of the limit. */
	RememberedKeys keys() {
		return this.keys;
	}

	@Nullable PermitLease lease() {
		return this.lease;
	}

	/**
	 * Returns the key's lease, and ends one of another duration.
	 * @param ttl how long leases of the limit last now, null if it has none
	 * @return the lease, null if there is none yet
	 */
	@Nullable PermitLease lease(@Nullable Duration ttl) {
		PermitLease current = this.lease;
		if (current == null || current.lasts(ttl)) {
			return current;
		}
		synchronized (this) {
			if (this.lease == current) {
				this.lease = null;
				current.close();
			}
		}
		return null;
	}

	/** Returns the key's lease, which has no permits at first. */
	public synchronized PermitLease lease(RedisAccess redis, PermitRefunds refunds, Duration ttl) {
		PermitLease current = this.lease;
		if (current == null) {
			current = new PermitLease(this, redis, refunds, ttl);
			this.lease = current;
		}
		return current;
	}

	public void count(boolean violated, long now) {
		(violated ? this.denied : this.allowed).increment();
		this.lastSeen = now;
	}

	public void seen(long now) {
		this.lastSeen = now;
	}

	public long allowed() {
		return this.allowed.sum();
	}

	public long denied() {
		return this.denied.sum();
	}

	public long lastSeen() {
		return this.lastSeen;
	}

	/** Returns whether Redis may still have a state of the key. */
	boolean isKept(long now) {
		return this.keptUntil - now > 0;
	}

}
