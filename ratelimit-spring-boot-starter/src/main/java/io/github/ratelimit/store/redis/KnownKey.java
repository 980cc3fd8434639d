package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.store.ChargeDecision;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What this instance knows of one key of a limit: its name in Redis, the state that it
 * last saw there, and how often it allowed and denied what. Thread-safe.
 */
final class KnownKey {

	/** For how long a denied key is not asked for again. */
	private static final long QUIET_NANOS = Duration.ofSeconds(1).toNanos();

	/** The same where permits are known to come back. */
	private static final long REFUNDED_QUIET_NANOS = Duration.ofMillis(100).toNanos();

	private static final int MOST_LABEL_BYTES = 64;

	private final KnownKeys keys;

	private final KeyLabel label;

	private final byte[] name;

	private final byte[] labelBytes;

	/** Null where the limit has no leases. */
	private volatile @Nullable KeyLease lease;

	private final LongAdder allowed = new LongAdder();

	private final LongAdder denied = new LongAdder();

	private final KeyCalls calls = new KeyCalls();

	private volatile @Nullable SeenState last;

	/** What was asked before this tells nothing of what came back since. */
	private volatile long forgottenAt = Long.MIN_VALUE;

	/** The last turn that was asked for and not answered in time, null without one. */
	private volatile @Nullable Object lateTurn;

	private volatile long lastSeen;

	KnownKey(Key key, KnownKeys keys, String space, RedisKeys names, long now) {
		this.keys = keys;
		this.label = key.label();
		this.name = names.of(space, this.label.id());
		byte[] bytes = RedisKeys.bytes(this.label.kind() + ":" + this.label.masked());
		this.labelBytes = (bytes.length <= MOST_LABEL_BYTES) ? bytes : RedisKeys.bytes("key:" + this.label.masked());
		this.lastSeen = now;
	}

	KeyLabel label() {
		return this.label;
	}

	/** Returns the name in Redis; not to be changed. */
	byte[] name() {
		return this.name;
	}

	/** Returns what a state begins with that Redis does not have yet: a new origin. */
	byte[] newOrigin() {
		return LimitTerms.newOrigin(this.labelBytes);
	}

	/** Returns the name of a new lease of places, with the label. */
	byte[] newLease() {
		return PlaceTerms.newLease(this.labelBytes);
	}

	/** Returns what the key is shown by, as records in Redis have it; not to be changed. */
	byte[] labelBytes() {
		return this.labelBytes;
	}

	/**
	 * Answers a charge without asking Redis, where the last state proves that it cannot
	 * be paid: while others only take, no more than time brings can be there.
	 * @return the refusal, null if Redis has to be asked
	 */
	@Nullable ChargeDecision refusedWithoutAsking(Charge charge, LimitTerms terms, long now) {
		SeenState seen = lately(terms, now);
		return (seen != null) ? seen.stillRefused(charge, now) : null;
	}

	private @Nullable SeenState lately(LimitTerms terms, long now) {
		SeenState seen = this.last;
		if (seen == null || seen.terms() != terms || isForgotten(seen)) {
			return null;
		}
		long quiet = seen.refunded() ? REFUNDED_QUIET_NANOS : QUIET_NANOS;
		return (now - seen.askedNanos() < quiet) ? seen : null;
	}

	private boolean isForgotten(SeenState seen) {
		return this.forgottenAt != Long.MIN_VALUE && seen.askedNanos() - this.forgottenAt <= 0;
	}

	/**
	 * Returns what a charge would find, by the last state, to be told beside another
	 * limit's refusal.
	 * @return a decision without a receipt, null if Redis has to be asked
	 */
	@Nullable ChargeDecision thereWithoutAsking(Charge charge, LimitTerms terms, long now) {
		SeenState seen = lately(terms, now);
		return (seen != null) ? seen.stillThere(charge, now) : null;
	}

	/** Returns the last state; a ban also where it was seen before the key was known. */
	@Nullable SeenState last() {
		SeenState last = this.last;
		SeenBans bans = this.keys.bans();
		SeenState ban = (bans != null) ? bans.find(this.label.id()) : null;
		return (ban != null && (last == null || ban.askedNanos() - last.askedNanos() > 0)) ? ban : last;
	}

	/** Takes over a state, unless a later one was seen. */
	void saw(SeenState state) {
		SeenState last = this.last;
		if (last == null || state.askedNanos() - last.askedNanos() >= 0) {
			this.last = state;
		}
		SeenBans bans = this.keys.bans();
		if (bans != null) {
			bans.saw(this.label.id(), state);
		}
	}

	/**
	 * Proves nothing from the state any more, so that the next charge is asked for: more
	 * may be there than time has brought.
	 */
	void forgetState(long now) {
		this.forgottenAt = now;
	}

	/** Returns what stands in for Redis while it is away. */
	StandInKey standIn() {
		return this.keys.standIns().of(this.label.id());
	}

	/** Returns the slots that calls of this instance have, of a limit that has slots. */
	OwnSlots slots() {
		return this.keys.slots().of(this.label.id());
	}

	/** Notes that a call asks for slots. */
	void askSlots(long slots) {
		boolean asked;
		do {
			asked = slots().ask(slots);
		}
		while (!asked);
	}

	/** Returns what was given away and the last state does not lack yet. */
	LateCalls late() {
		return this.keys.late().of(this.label.id());
	}

	/** Notes that permits were given away. */
	void giveAway(long permits) {
		boolean added;
		do {
			added = late().add(permits);
		}
		while (!added);
	}

	/**
	 * Returns one of several instances' part of a state, less what this instance has
	 * given away of it since: what stands in for Redis does not have that.
	 */
	long[] partsLeft(SeenState seen, int instances, long now) {
		long[] parts = seen.parts(instances, now);
		LateCalls known = this.keys.late().find(this.label.id());
		if (known != null) {
			known.lower(parts, seen, instances, now);
		}
		return parts;
	}

	/** Returns whether a turn was asked for that Redis has not answered yet. */
	boolean isTurnLate() {
		return this.lateTurn != null;
	}

	void turnIsLate(Object asked) {
		this.lateTurn = asked;
	}

	/** Notes that there is an answer, or none will come: others may be waited for. */
	synchronized void turnIsKnown(Object asked, boolean inTime) {
		if (inTime || this.lateTurn == asked) {
			this.lateTurn = null;
		}
	}

	KeyCalls calls() {
		return this.calls;
	}

	/** Returns what is remembered of all keys of the limit. */
	KnownKeys keys() {
		return this.keys;
	}

	@Nullable KeyLease lease() {
		return this.lease;
	}

	/**
	 * Returns the key's lease, and ends one that lasts for another time.
	 * @param ttl how long leases of the limit last now, null if it has none
	 * @return the lease, null if there is none yet
	 */
	@Nullable KeyLease lease(@Nullable Duration ttl) {
		KeyLease current = this.lease;
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
	synchronized KeyLease lease(Leases leases, Duration ttl) {
		KeyLease current = this.lease;
		if (current == null) {
			current = new KeyLease(this, leases, ttl);
			this.lease = current;
		}
		return current;
	}

	void count(boolean violated, long now) {
		(violated ? this.denied : this.allowed).increment();
		this.lastSeen = now;
	}

	void seen(long now) {
		this.lastSeen = now;
	}

	long allowed() {
		return this.allowed.sum();
	}

	long denied() {
		return this.denied.sum();
	}

	long lastSeen() {
		return this.lastSeen;
	}

	/** Returns whether Redis may still have a state. */
	boolean isKept(long now) {
		SeenState seen = this.last;
		return seen != null && seen.origin() != 0 && now - seen.askedNanos() < seen.nanosToFull(0);
	}

}
