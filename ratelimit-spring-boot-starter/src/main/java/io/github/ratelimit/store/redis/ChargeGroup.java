package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.redis.client.RedisNodes;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.data.redis.connection.ClusterSlotHashUtil;

/**
 * Charges whose keys one script call can ask for, with what is known of each.
 *
 * @param charges the charges
 * @param known their keys, in the same order
 * @param encodings their limits, in the same order
 * @param node who has the keys
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
		for (List<Integer> places : bySlot.values()) {
			RememberedKey[] groupKeys = places.stream().map((place) -> keys[place]).toArray(RememberedKey[]::new);
			groups.add(new ChargeGroup(places.stream().map(charges::get).toList(), groupKeys,
					places.stream().map((place) -> encodings[place]).toArray(LimitEncoding[]::new),
					nodes.of(groupKeys[0].name())));
		}
		return groups;
	}

	int size() {
		return this.known.length;
	}

	/**
	 * Returns for how long an answer is waited for. A call that waits for its turn spends
	 * no more than a part of what is left of that time here, as others stand behind it.
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
	 * Returns whether the time that tells late from away is too long to wait for. That an
	 * answer is not there within a few milliseconds says nothing.
	 */
	boolean isImpatient() {
		return patienceNanos() < this.node.deadlineNanos() && (waitsForAWhile() || isBehindLateTurn());
	}

	private boolean waitsForAWhile() {
		return patienceNanos() >= Math.min(this.node.deadlineNanos(), LEAST_OF_A_WAIT_NANOS);
	}

	/** Returns whether a turn that was asked for before these is not answered yet. */
	boolean isBehindLateTurn() {
		for (RememberedKey key : this.known) {
			if (key.isTurnLate()) {
				return true;
			}
		}
		return false;
	}

	/** Notes that nobody waits for the turns any more. */
	void turnsAreLate(ScriptCall asked) {
		for (int i = 0; i < this.known.length; i++) {
			if (this.charges.get(i).limit().isPaced() && waitsForAWhile()) {
				this.known[i].turnIsLate(asked);
			}
		}
	}

	/** Notes that a turn is answered, or will not be. */
	void turnsAreKnown(ScriptCall asked, boolean inTime) {
		for (RememberedKey key : this.known) {
			if (key.isTurnLate()) {
				key.turnIsKnown(asked, inTime);
			}
		}
	}

	/** Returns the names of the keys in Redis, not to be changed. */
	byte[][] names() {
		byte[][] names = new byte[this.known.length][];
		for (int i = 0; i < names.length; i++) {
			names[i] = this.known[i].name();
		}
		return names;
	}

}
