package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The charges of a call, followed by a peek at the block of each key that can be blocked;
 * with the slots that the call requests, reserved among those that the calls of this
 * instance hold.
 *
 * @param own how many of the charges are the call's own
 * @param charges the charges
 */
public record RequestedKeys(int own, List<KeyCharge> charges) {

	private static final long SOME_TIME = TimeUnit.SECONDS.toNanos(1);

	public static RequestedKeys of(List<Charge> own, RedisLimits limits, long now) {
		List<KeyCharge> charges = new ArrayList<>(own.size() + 1);
		own.forEach((charge) -> charges.add(KeyCharge.of(charge, limits, now)));
		for (Charge charge : own) {
			LimitHandle blocks = charge.handle().blocks();
			if (blocks != null) {
				Charge look = Charge.peek(blocks, charge.key(), 1);
				charges.add(KeyCharge.of(charge.isEnforced() ? look : look.asDryRun(), limits, now));
			}
		}
		return new RequestedKeys(own.size(), charges);
	}

	/** Returns whether a single key is requested, and no block with it. */
	public boolean isOne() {
		return this.charges.size() == 1;
	}

	/**
	 * Returns the decisions about the call's own charges.
	 * @param decisions about all charges
	 * @param taken receives what was granted although the key is blocked: to a dry run,
	 * which must hold nothing
	 */
	public List<ChargeDecision> own(List<ChargeDecision> decisions, Consumer<ChargeDecision> taken) {
		if (this.own == decisions.size()) {
			return decisions;
		}
		List<ChargeDecision> own = new ArrayList<>(decisions.subList(0, this.own));
		int block = this.own;
		for (int i = 0; i < this.own; i++) {
			if (block < decisions.size() && isBlockOf(this.charges.get(block).charge(), this.charges.get(i).charge())) {
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
	public @Nullable List<ChargeDecision> refusedWithoutAsking(long now) {
		List<ChargeDecision> decisions = null;
		boolean refuses = false;
		for (int i = 0; i < this.charges.size(); i++) {
			KeyCharge requested = this.charges.get(i);
			ChargeDecision refused = requested.key()
				.refusedWithoutAsking(requested.charge(), requested.encoding(), now);
			if (refused != null) {
				decisions = (decisions != null) ? decisions
						: new ArrayList<>(Collections.nCopies(this.charges.size(), null));
				decisions.set(i, refused);
				refuses |= refused.isRefused();
			}
		}
		for (int i = 0; decisions != null && refuses && i < this.charges.size(); i++) {
			if (decisions.get(i) == null) {
				KeyCharge requested = this.charges.get(i);
				ChargeDecision there = requested.key()
					.thereWithoutAsking(requested.charge(), requested.encoding(), now);
				if (there == null) {
					return null;
				}
				decisions.set(i, there);
			}
		}
		return refuses ? decisions : null;
	}

	/**
	 * Notes that slots are requested; {@link #holdSlots} or {@link #dropSlots} has to
	 * follow.
	 */
	public void reserveSlots() {
		for (KeyCharge requested : this.charges) {
			if (requested.isForSlots()) {
				requested.key().askSlots(requested.permits());
			}
		}
	}

	/** Notes that nothing was decided about the slots. */
	public void dropSlots() {
		for (KeyCharge requested : this.charges) {
			if (requested.isForSlots()) {
				requested.key().slots().drop(requested.permits());
			}
		}
	}

	/**
	 * Holds the slots that were granted.
	 * @param decisions what was decided, in the order of the charges
	 * @param giveBack gives back what a decision took
	 * @return the decisions, which refuse if calls of this instance would have more slots
	 * than there are: Redis does not have all of them yet after an outage
	 */
	public List<ChargeDecision> holdSlots(List<ChargeDecision> decisions,
			BiConsumer<ChargeDecision, KeyCharge> giveBack) {
		BitSet tooMany = null;
		for (int i = 0; i < this.charges.size(); i++) {
			if (this.charges.get(i).isForSlots() && !this.charges.get(i).holdSlots(decisions.get(i))) {
				tooMany = (tooMany != null) ? tooMany : new BitSet(this.charges.size());
				tooMany.set(i);
			}
		}
		return (tooMany == null) ? decisions : refuse(decisions, tooMany, giveBack);
	}

	/** Slots of the charges that are too many are not held, and so do not end. */
	private List<ChargeDecision> refuse(List<ChargeDecision> decisions, BitSet tooMany,
			BiConsumer<ChargeDecision, KeyCharge> giveBack) {
		List<ChargeDecision> refused = new ArrayList<>(decisions.size());
		for (int i = 0; i < this.charges.size(); i++) {
			ChargeDecision decision = decisions.get(i);
			giveBack.accept(decision, this.charges.get(i));
			if (tooMany.get(i)) {
				refused.add(ChargeDecision.refused(decision.charge(), 0, SOME_TIME, SOME_TIME, null));
			}
			else {
				this.charges.get(i).endSlots(decision);
				refused.add(decision.withoutReceipt());
			}
		}
		return refused;
	}

}
