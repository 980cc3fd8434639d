package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.redis.client.RedisNodes;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.ClusterSlotHashUtil;

/**
 * Charges whose keys one script call can decide, with what this instance remembers of
 * each.
 *
 * @param charges the charges
 * @param known their keys, in the same order
 * @param encodings their limits, in the same order
 * @param node the node that has the keys
 */
record ChargeGroup(List<Charge> charges, RememberedKey[] known, LimitEncoding[] encodings, RedisNodes.Node node) {

	private static final int PART_OF_A_WAIT = 4;

	private static final long LEAST_OF_A_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	/** Returns groups of charges whose keys are in the same slot of a cluster. */
	static List<ChargeGroup> bySlot(List<Charge> charges, RememberedKey[] keys, LimitEncoding[] encodings,
			RedisNodes nodes) {
		Map<Integer, List<Integer>> bySlot = new LinkedHashMap<>();
		for (int i = 0; i < keys.length; i++) {
			int slot = ClusterSlotHashUtil.calculateSlot(keys[i].name());
			bySlot.computeIfAbsent(slot, (key) -> new ArrayList<>()).add(i);
		}
		List<ChargeGroup> groups = new ArrayList<>(bySlot.size());
		for (List<Integer> indices : bySlot.values()) {
			RememberedKey[] groupKeys = indices.stream().map((index) -> keys[index]).toArray(RememberedKey[]::new);
			groups.add(new ChargeGroup(indices.stream().map(charges::get).toList(), groupKeys,
					indices.stream().map((index) -> encodings[index]).toArray(LimitEncoding[]::new),
					nodes.of(groupKeys[0].name())));
		}
		return groups;
	}

	/**
	 * Returns the limit of a single bucket, whose charges can share a call; null if these
	 * charges cannot.
	 */
	@Nullable BucketEncoding sharedEncoding() {
		return (this.encodings.length == 1 && this.encodings[0] instanceof BucketEncoding scale && !scale.isPaced())
				? scale : null;
	}

	int size() {
		return this.known.length;
	}

	/**
	 * Returns how long to wait for a reply. A call with a scheduled permit waits here for
	 * at most a part of its remaining time, as other calls are queued behind it.
	 */
	long patienceNanos() {
		long most = this.node.deadlineNanos();
		for (Charge charge : this.charges) {
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
		for (RememberedKey key : this.known) {
			if (key.isPermitLate()) {
				return true;
			}
		}
		return false;
	}

	/** Notes that the scheduled permits of a call are not answered in time. */
	void permitsAreLate(ScriptCall asked) {
		for (int i = 0; i < this.known.length; i++) {
			if (this.charges.get(i).limit().isPaced() && waitsForAWhile()) {
				this.known[i].permitIsLate(asked);
			}
		}
	}

	/** Notes that the scheduled permits of a call are answered, or never will be. */
	void permitsAreKnown(ScriptCall asked, boolean inTime) {
		for (RememberedKey key : this.known) {
			if (key.isPermitLate()) {
				key.permitIsKnown(asked, inTime);
			}
		}
	}

	/** Returns the names of the keys in Redis; must not be changed. */
	byte[][] names() {
		byte[][] names = new byte[this.known.length][];
		for (int i = 0; i < names.length; i++) {
			names[i] = this.known[i].name();
		}
		return names;
	}

}
