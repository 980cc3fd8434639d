package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.client.NodeHealth;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.ClusterSlotHashUtil;

/**
 * The charges of a call, followed by a peek at the block of each key that can be blocked;
 * or those of them whose keys are in one slot, so that one script call can decide them.
 *
 * @param own how many of the charges are the call's own
 * @param charges the charges, at least one
 */
public record ChargeGroup(int own, List<KeyCharge> charges) {

	private static final long SOME_TIME = TimeUnit.SECONDS.toNanos(1);

	/** Returns the charges of a call, and remembers their keys from now on. */
	public static ChargeGroup of(List<Charge> own, RedisLimits limits, long now) {
		List<KeyCharge> charges = new ArrayList<>(own.size() + 1);
		for (int i = 0; i < own.size(); i++) {
			charges.add(KeyCharge.of(own.get(i), limits, now));
		}
		for (int i = 0; i < own.size(); i++) {
			Charge charge = own.get(i);
			LimitHandle blocks = charge.handle().blocks();
			if (blocks != null) {
				Charge look = Charge.peek(blocks, charge.key(), 1);
				charges.add(KeyCharge.of(charge.isEnforced() ? look : look.asDryRun(), limits, now));
			}
		}
		return new ChargeGroup(own.size(), charges);
	}

	/** Returns whether one script call can decide: a cluster has all keys in one slot. */
	public boolean isOfOneSlot(RedisAccess redis) {
		return size() == 1 || !redis.client().isCluster() || bySlot().size() == 1;
	}

	/** Returns groups of charges whose keys are in the same slot of a cluster. */
	public List<ChargeGroup> bySlot() {
		Map<Integer, List<KeyCharge>> bySlot = new LinkedHashMap<>();
		for (KeyCharge requested : this.charges) {
			int slot = ClusterSlotHashUtil.calculateSlot(requested.key().name());
			bySlot.computeIfAbsent(slot, (added) -> new ArrayList<>()).add(requested);
		}
		return bySlot.values().stream().map((ofSlot) -> new ChargeGroup(ofSlot.size(), ofSlot)).toList();
	}

	/** Returns the node that has the keys, all of one slot. */
	public NodeHealth node(RedisAccess redis) {
		return redis.node(firstKey().name());
	}

	/** Returns the key of the first charge. */
	public RememberedKey firstKey() {
		return this.charges.get(0).key();
	}

	public int size() {
		return this.charges.size();
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

	/** Decides without Redis if that is possible; otherwise returns null. */
	public @Nullable List<ChargeDecision> decideLocally(long now) {
		if (size() > 1) {
			return refusedWithoutAsking(now);
		}
		ChargeDecision decision = this.charges.get(0).decideLocally(now);
		return (decision != null) ? List.of(decision) : null;
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
		for (int i = 0; i < size(); i++) {
			if (this.charges.get(i).isForSlots()) {
				this.charges.get(i).key().askSlots(this.charges.get(i).permits());
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

	/**
	 * Returns the limit of a single bucket, whose charges can share a call; null if these
	 * charges cannot.
	 */
	public @Nullable BucketEncoding sharedEncoding() {
		return (size() == 1 && this.charges.get(0).encoding() instanceof BucketEncoding bucket && !bucket.isPaced())
				? bucket : null;
	}

	/**
	 * Returns whether a scheduled permit was requested before these charges and is not
	 * answered yet.
	 */
	public boolean isBehindLatePermit() {
		for (int i = 0; i < size(); i++) {
			if (this.charges.get(i).key().isPermitLate()) {
				return true;
			}
		}
		return false;
	}

	/** Notes that the scheduled permits of a call are not answered in time. */
	public void permitsAreLate(Object asked) {
		for (KeyCharge requested : this.charges) {
			if (requested.charge().limit().isPaced()) {
				requested.key().permitIsLate(asked);
			}
		}
	}

	/** Notes that the scheduled permits of a call are answered, or never will be. */
	public void permitsAreKnown(Object asked, boolean inTime) {
		for (KeyCharge requested : this.charges) {
			if (requested.key().isPermitLate()) {
				requested.key().permitIsKnown(asked, inTime);
			}
		}
	}

	/** Returns the names of the keys in Redis; must not be changed. */
	public byte[][] names() {
		byte[][] names = new byte[size()][];
		for (int i = 0; i < names.length; i++) {
			names[i] = this.charges.get(i).key().name();
		}
		return names;
	}

}
