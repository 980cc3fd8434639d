package io.github.ratelimit.store.redis;

import io.github.ratelimit.Charge;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.data.redis.connection.ClusterSlotHashUtil;

/**
 * Charges whose keys one script call can ask for, with what is known of each.
 *
 * @param charges the charges
 * @param known their keys, in the same order
 * @param terms their limits, in the same order
 * @param node who has the keys
 */
record ChargeGroup(List<Charge> charges, KnownKey[] known, LimitTerms[] terms, Nodes.Node node) {

	/** Returns groups of charges whose keys are in the same slot of a cluster. */
	static List<ChargeGroup> bySlot(List<Charge> charges, KnownKey[] keys, LimitTerms[] terms, Nodes nodes) {
		Map<Integer, List<Integer>> bySlot = new LinkedHashMap<>();
		for (int i = 0; i < keys.length; i++) {
			int slot = ClusterSlotHashUtil.calculateSlot(keys[i].name());
			bySlot.computeIfAbsent(slot, (key) -> new ArrayList<>()).add(i);
		}
		List<ChargeGroup> groups = new ArrayList<>(bySlot.size());
		for (List<Integer> places : bySlot.values()) {
			KnownKey[] groupKeys = places.stream().map((place) -> keys[place]).toArray(KnownKey[]::new);
			groups.add(new ChargeGroup(places.stream().map(charges::get).toList(), groupKeys,
					places.stream().map((place) -> terms[place]).toArray(LimitTerms[]::new),
					nodes.of(groupKeys[0].name())));
		}
		return groups;
	}

	int size() {
		return this.known.length;
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
