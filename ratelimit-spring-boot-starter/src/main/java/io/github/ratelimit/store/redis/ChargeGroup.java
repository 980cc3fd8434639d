package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.redis.client.NodeHealth;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.local.KeyCharge;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.ClusterSlotHashUtil;

/**
 * Charges whose keys one script call can decide.
 *
 * @param charges the charges, at least one
 * @param node the node that has the keys
 */
record ChargeGroup(List<KeyCharge> charges, NodeHealth node) {

	private static final int PART_OF_A_WAIT = 4;

	private static final long LEAST_OF_A_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private static ChargeGroup of(List<KeyCharge> charges, RedisAccess redis) {
		return new ChargeGroup(charges, redis.node(charges.get(0).key().name()));
	}

	/** Returns all charges, null if a cluster has their keys in several slots. */
	static @Nullable ChargeGroup ofOneSlot(List<KeyCharge> charges, RedisAccess redis) {
		if (charges.size() == 1 || !redis.client().isCluster()) {
			return of(charges, redis);
		}
		List<ChargeGroup> groups = bySlot(charges, redis);
		return (groups.size() == 1) ? groups.get(0) : null;
	}

	/** Returns groups of charges whose keys are in the same slot of a cluster. */
	static List<ChargeGroup> bySlot(List<KeyCharge> charges, RedisAccess redis) {
		Map<Integer, List<KeyCharge>> bySlot = new LinkedHashMap<>();
		for (KeyCharge requested : charges) {
			int slot = ClusterSlotHashUtil.calculateSlot(requested.key().name());
			bySlot.computeIfAbsent(slot, (added) -> new ArrayList<>()).add(requested);
		}
		return bySlot.values().stream().map((ofSlot) -> of(ofSlot, redis)).toList();
	}

	/**
	 * Returns the limit of a single bucket, whose charges can share a call; null if these
	 * charges cannot.
	 */
	@Nullable BucketEncoding sharedEncoding() {
		return (size() == 1 && this.charges.get(0).encoding() instanceof BucketEncoding bucket && !bucket.isPaced())
				? bucket : null;
	}

	/** Returns the key of the first charge. */
	RememberedKey firstKey() {
		return this.charges.get(0).key();
	}

	int size() {
		return this.charges.size();
	}

	/**
	 * Returns how long to wait for a reply. A call with a scheduled permit waits here for
	 * at most a part of its remaining time, as other calls are queued behind it.
	 */
	long patienceNanos() {
		long most = this.node.deadlineNanos();
		for (KeyCharge requested : this.charges) {
			Charge charge = requested.charge();
			if (charge.limit().isPaced()) {
				long wait = (charge.maxWaitNanos() > 0) ? charge.maxWaitNanos() : charge.limit().maxWait().toNanos();
				most = Math.min(most, Math.max(wait / PART_OF_A_WAIT, Math.min(wait, LEAST_OF_A_WAIT_NANOS)));
			}
		}
		return most;
	}

	/**
	 * Returns whether the time after which a reply counts as missing is too long to wait.
	 * A reply that takes a few milliseconds longer is no sign of a failure.
	 */
	boolean isImpatient() {
		return patienceNanos() < this.node.deadlineNanos() && (waitsForAWhile() || isBehindLatePermit());
	}

	private boolean waitsForAWhile() {
		return patienceNanos() >= Math.min(this.node.deadlineNanos(), LEAST_OF_A_WAIT_NANOS);
	}

	/**
	 * Returns whether a scheduled permit was requested before these charges and is not
	 * answered yet.
	 */
	boolean isBehindLatePermit() {
		for (KeyCharge requested : this.charges) {
			if (requested.key().isPermitLate()) {
				return true;
			}
		}
		return false;
	}

	/** Notes that the scheduled permits of a call are not answered in time. */
	void permitsAreLate(ScriptCall asked) {
		for (KeyCharge requested : this.charges) {
			if (requested.charge().limit().isPaced() && waitsForAWhile()) {
				requested.key().permitIsLate(asked);
			}
		}
	}

	/** Notes that the scheduled permits of a call are answered, or never will be. */
	void permitsAreKnown(ScriptCall asked, boolean inTime) {
		for (KeyCharge requested : this.charges) {
			if (requested.key().isPermitLate()) {
				requested.key().permitIsKnown(asked, inTime);
			}
		}
	}

	/** Returns the names of the keys in Redis; must not be changed. */
	byte[][] names() {
		byte[][] names = new byte[size()][];
		for (int i = 0; i < names.length; i++) {
			names[i] = this.charges.get(i).key().name();
		}
		return names;
	}

}
