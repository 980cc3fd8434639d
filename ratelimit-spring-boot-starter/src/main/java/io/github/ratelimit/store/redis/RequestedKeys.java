package io.github.ratelimit.store.redis;

import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.PreparedForm;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.local.RedisLimit;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The charges of a call, followed by a peek at the block of each key that can be blocked,
 * with what is remembered of their keys.
 *
 * @param own how many of the charges are the call's own
 * @param charges the charges
 * @param keys their keys, in the same order
 * @param encodings their limits, in the same order
 */
record RequestedKeys(int own, List<Charge> charges, RememberedKey[] keys, LimitEncoding[] encodings) {

	static RequestedKeys of(List<Charge> own, PreparedForm<RedisLimit> limits, long now) {
		List<Charge> charges = withBlocks(own);
		RememberedKey[] keys = new RememberedKey[charges.size()];
		LimitEncoding[] encodings = new LimitEncoding[charges.size()];
		for (int i = 0; i < keys.length; i++) {
			Charge charge = charges.get(i);
			RedisLimit limit = limits.of(charge.handle());
			encodings[i] = limit.encoding();
			keys[i] = limit.keys().get(charge.key(), now);
		}
		return new RequestedKeys(own.size(), charges, keys, encodings);
	}

	/** Returns whether a single key is requested, and no block with it. */
	boolean isOne() {
		return this.keys.length == 1;
	}

	private static List<Charge> withBlocks(List<Charge> own) {
		List<Charge> charges = own;
		for (Charge charge : own) {
			LimitHandle blocks = charge.handle().blocks();
			if (blocks != null) {
				charges = (charges != own) ? charges : new ArrayList<>(own);
				Charge look = Charge.peek(blocks, charge.key(), 1);
				charges.add(charge.isEnforced() ? look : look.asDryRun());
			}
		}
		return charges;
	}

	/**
	 * Returns the decisions about the call's own charges.
	 * @param decisions about all charges
	 * @param taken receives what was granted although the key is blocked: to a dry run,
	 * which must hold nothing
	 */
	List<ChargeDecision> own(List<ChargeDecision> decisions, Consumer<ChargeDecision> taken) {
		if (this.own == decisions.size()) {
			return decisions;
		}
		List<ChargeDecision> own = new ArrayList<>(decisions.subList(0, this.own));
		int block = this.own;
		for (int i = 0; i < this.own; i++) {
			if (block < decisions.size() && isBlockOf(this.charges.get(block), this.charges.get(i))) {
				own.set(i, blocked(own.get(i), decisions.get(block++), taken));
			}
		}
		return own;
	}

	private static boolean isBlockOf(Charge block, Charge own) {
		return block.handle().registered() == own.handle().registered() && block.key().equals(own.key());
	}

	private static ChargeDecision blocked(ChargeDecision decision, ChargeDecision block,
			Consumer<ChargeDecision> taken) {
		if (!block.isViolated()) {
			return decision;
		}
		if (decision.receipt() != null) {
			taken.accept(decision);
		}
		return block.isUnavailable() ? ChargeDecision.unavailable(decision.charge(), block.retryAfterNanos())
				: ChargeDecision.banned(decision, block.retryAfterNanos());
	}

	/**
	 * Returns null unless one limit certainly refuses and a state of all others is known.
	 */
	@Nullable List<ChargeDecision> refusedWithoutAsking(long now) {
		List<ChargeDecision> decisions = null;
		boolean refuses = false;
		for (int i = 0; i < this.keys.length; i++) {
			ChargeDecision refused = this.keys[i].refusedWithoutAsking(this.charges.get(i), this.encodings[i], now);
			if (refused != null) {
				decisions = (decisions != null) ? decisions
						: new ArrayList<>(Collections.nCopies(this.keys.length, null));
				decisions.set(i, refused);
				refuses |= refused.isRefused();
			}
		}
		for (int i = 0; decisions != null && refuses && i < this.keys.length; i++) {
			if (decisions.get(i) == null) {
				ChargeDecision there = this.keys[i].thereWithoutAsking(this.charges.get(i), this.encodings[i], now);
				if (there == null) {
					return null;
				}
				decisions.set(i, there);
			}
		}
		return refuses ? decisions : null;
	}

}
