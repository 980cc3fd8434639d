package io.github.ratelimit.store.redis;

import io.github.ratelimit.Charge;
import java.util.List;

/**
 * Charges whose keys one script call can ask for, with what is known of each.
 *
 * @param charges the charges
 * @param known their keys, in the same order
 * @param scales their limits, in the same order
 * @param node who has the keys
 */
record ChargeGroup(List<Charge> charges, KnownKey[] known, LevelScale[] scales, Nodes.Node node) {

	int size() {
		return this.known.length;
	}

	byte[] firstName() {
		return this.known[0].name();
	}

}
