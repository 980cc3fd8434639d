package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.Key;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.Receipt;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides in this instance's memory while Redis cannot be reached, each limit by its own
 * {@link OnStoreFailure}. It begins with the last snapshot of a key; what it takes is
 * charged in Redis later. Thread-safe.
 *
 * @param local counts in memory
 * @param limits the limits as the store counts them, and what they do
 * @param instances how many instances share the limits, at least 1
 * @param debts receives what is taken
 * @param slotRenewals keeps the slots that are taken
 * @param refunds gives back in Redis what was charged there meanwhile
 */
public record LocalFallback(LimitStore local, RedisLimits limits, IntSupplier instances, DebtLedger debts,
		SlotRenewals slotRenewals, PermitRefunds refunds) {

	public static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

	private static final long REGISTER_NANOS = Duration.ofSeconds(1).toNanos();

	/**
	 * Takes all charges, or none if one is refused.
	 * @param charges the charges
	 * @param now the monotonic time
	 */
	public List<ChargeDecision> takeAll(List<KeyCharge> charges, long now) {
		List<ChargeDecision> decisions = new ArrayList<>(charges.size());
		Map<Integer, Charge> counted = new TreeMap<>();
		int instances = this.instances.getAsInt();
		for (KeyCharge requested : charges) {
			Charge charge = requested.charge();
			OnStoreFailure policy = policy(charge.handle());
			ChargeDecision block = requested.key().blockWithoutAsking(charge, now);
			if (policy == OnStoreFailure.DENY) {
				decisions.add(ChargeDecision.unavailable(charge, RETRY_NANOS));
			}
			else if (block != null) {
				decisions.add(ChargeDecision.degraded(block));
			}
			else if (policy == OnStoreFailure.ALLOW) {
				decisions.add(ChargeDecision.letThrough(charge));
			}
			else {
				int parts = (policy == OnStoreFailure.SHARE) ? instances : 1;
				LimitHandle own = this.limits.of(charge.handle()).share(parts);
				if (requested.isForSlots()) {
					decisions.add(takeSlots(requested, own));
				}
				else {
					begin(requested, own, parts, now);
					counted.put(decisions.size(), ofShare(charge, own));
					decisions.add(ChargeDecision.letThrough(charge));
				}
			}
		}
		if (decisions.stream().anyMatch(ChargeDecision::isRefused) || !takeCounted(charges, counted, decisions, now)) {
			undoSlots(decisions, charges);
		}
		return decisions;
	}

	/** A share of the refusals for a ban would ban keys because Redis is unavailable. */
	private OnStoreFailure policy(LimitHandle limit) {
		OnStoreFailure policy = this.limits.onStoreFailure(limit);
		return (policy == OnStoreFailure.SHARE && limit.purpose() == LimitHandle.Purpose.REFUSALS)
				? OnStoreFailure.LOCAL : policy;
	}

	/**
	 * A cost above the capacity of the share waits until the share is full, and what
	 * exceeds it is a debt.
	 */
	private static Charge ofShare(Charge charge, LimitHandle limit) {
		boolean payable = charge.needed() <= charge.limit().capacity();
		long most = payable ? limit.limit().capacity() : Long.MAX_VALUE;
		Charge own = (charge.permits() == 0) ? Charge.peek(limit, charge.key(), Math.min(most, charge.needed()))
				: Charge.of(limit, charge.key(), charge.permits()).needing(Math.min(most, charge.permits()));
		own = own.waiting(charge.maxWaitNanos());
		return charge.isEnforced() ? own : own.asDryRun();
	}

	/**
	 * Takes the shares of charges.
	 * @param counted the shares, by the place of their charge
	 * @param decisions are replaced for these charges
	 * @return whether no charge is refused
	 */
	private boolean takeCounted(List<KeyCharge> charges, Map<Integer, Charge> counted, List<ChargeDecision> decisions,
			long now) {
		List<ChargeDecision> own = this.local.takeAll(List.copyOf(counted.values()));
		boolean granted = own.stream().noneMatch(ChargeDecision::isRefused);
		Iterator<ChargeDecision> next = own.iterator();
		for (int i : counted.keySet()) {
			ChargeDecision local = next.next();
			Receipt receipt = (granted && local.receipt() != null) ? taken(charges.get(i), local, now) : null;
			decisions.set(i, decision(charges.get(i).charge(), local, receipt));
		}
		return granted;
	}

	private FallbackReceipt taken(KeyCharge requested, ChargeDecision local, long now) {
		this.debts.note(requested.key(), requested.permits());
		FallbackUsage usage;
		CompletableFuture<@Nullable Snapshot> episode;
		do {
			usage = requested.key().usage();
			episode = usage.allow(requested.permits());
		}
		while (episode == null);
		register(usage, requested, local.charge(), now);
		return new FallbackReceipt(local, usage, episode, null);
	}

	private void register(FallbackUsage usage, KeyCharge requested, Charge own, long now) {
		if (usage.register(now, REGISTER_NANOS)) {
			Charge look = Charge.of(own.handle(), own.key(), 0);
			int parts = (policy(own.handle()) == OnStoreFailure.LOCAL) ? this.instances.getAsInt() : 1;
			usage.remembered(this.debts.addLater(requested.key(), requested.encoding(),
					() -> usage.debt(this.local, look, parts)));
		}
		requested.key().keys().forgotten().add(usage.forget());
	}

	private static ChargeDecision decision(Charge charge, ChargeDecision local, @Nullable Receipt receipt) {
		long[] perRate = null;
		if (local.limit().quotas() > 1) {
			perRate = new long[2 * local.limit().quotas()];
			for (int i = 0; i < local.limit().quotas(); i++) {
				perRate[2 * i] = local.remaining(i);
				perRate[2 * i + 1] = local.resetAfter(i).toNanos();
			}
		}
		long toFull = local.resetAfter().toNanos();
		return ChargeDecision.degraded(local.isViolated()
				? ChargeDecision.refused(charge, local.remaining(), local.retryAfterNanos(), toFull, perRate)
				: ChargeDecision.grantedAfter(charge, receipt, local.remaining(), local.scheduledAfterNanos(), toFull,
						perRate));
	}

	/**
	 * Lowers the bucket to this instance's part of the state in Redis. If Redis loses the
	 * state, the used permits are charged again.
	 */
	private void begin(KeyCharge requested, LimitHandle own, int instances, long now) {
		RememberedKey known = requested.key();
		Key key = requested.charge().key();
		Snapshot seen = known.last();
		FallbackUsage usage = known.usage();
		if (seen == null || usage.hasBegunWith(seen) || seen.encoding() != requested.encoding()) {
			return;
		}
		usage.begin(seen, () -> this.local.lower(own, key, known.partsLeft(seen, instances, now)));
		register(usage, requested, Charge.of(own, key, 0), now);
	}

	/** Slots are leased in Redis when it answers again. */
	private ChargeDecision takeSlots(KeyCharge requested, LimitHandle own) {
		Charge charge = requested.charge();
		RememberedKey key = requested.key();
		LocalSlots slots = key.slots();
		long most = own.limit().capacity();
		if (charge.permits() == 0) {
			long free = slots.free(most);
			return ChargeDecision.degraded((charge.needed() <= free)
					? ChargeDecision.granted(charge, null, free, 0, null) : noSlots(charge, free));
		}
		if (charge.needed() > most || !slots.take(charge.permits(), most)) {
			return ChargeDecision.degraded(noSlots(charge, slots.free(most)));
		}
		byte[] lease = requested.fresh();
		FallbackReceipt receipt = new FallbackReceipt(null, null, null, lease);
		this.slotRenewals.holdUnknown(key, lease, charge.permits());
		return ChargeDecision.degraded(ChargeDecision.granted(charge, receipt, slots.free(most), RETRY_NANOS, null));
	}

	private static ChargeDecision noSlots(Charge charge, long free) {
		boolean never = charge.needed() > charge.limit().capacity();
		return ChargeDecision.refused(charge, free, never ? ChargeDecision.NEVER : RETRY_NANOS, RETRY_NANOS, null);
	}

	private void undoSlots(List<ChargeDecision> decisions, List<KeyCharge> charges) {
		for (int i = 0; i < decisions.size(); i++) {
			ChargeDecision decision = decisions.get(i);
			if (decision.receipt() instanceof FallbackReceipt receipt && receipt.lease() != null) {
				giveBack(decision, charges.get(i));
				decisions.set(i, decision.withoutReceipt());
			}
		}
	}

	/**
	 * Gives back what a decision took here, and also in Redis if it was charged there.
	 */
	public void giveBack(ChargeDecision taken, KeyCharge requested) {
		if (!(taken.receipt() instanceof FallbackReceipt receipt)) {
			return;
		}
		byte[] lease = receipt.lease();
		ChargeDecision local = receipt.local();
		if (lease != null) {
			requested.key().slots().undo(requested.permits());
			this.slotRenewals.giveBack(requested.key(), lease, requested.permits());
		}
		else if (local != null) {
			this.local.giveBack(local);
			change(requested, receipt, -requested.permits());
		}
	}

	/**
	 * Charges the actual cost of a call, and also in Redis if what it took was charged
	 * there.
	 */
	public void settle(ChargeDecision taken, long actual, KeyCharge requested) {
		if (taken.receipt() instanceof FallbackReceipt receipt && receipt.local() != null) {
			this.local.settle(receipt.local(), actual);
			change(requested, receipt, actual - requested.permits());
		}
	}

	private void change(KeyCharge requested, FallbackReceipt receipt, long more) {
		FallbackUsage usage = receipt.usage();
		CompletableFuture<@Nullable Snapshot> episode = receipt.episode();
		if (usage == null || episode == null) {
			return;
		}
		RememberedKey key = requested.key();
		if (usage.change(episode, more)) {
			this.debts.note(key, more);
		}
		else if (more > 0) {
			this.debts.charge(key, requested.encoding(), more);
		}
		else if (more < 0) {
			episode.thenAccept((charged) -> giveBack(-more, (charged != null) ? charged : key.last(), requested));
		}
	}

	private void giveBack(long permits, @Nullable Snapshot charged, KeyCharge requested) {
		if (charged != null && charged.encoding() == requested.encoding()) {
			this.refunds.send(permits, charged, requested.key());
		}
	}

	/**
	 * The receipt of permits that were taken during an outage of Redis.
	 *
	 * @param local what was taken in this instance's memory, null for slots
	 * @param usage the usage of the key, null for slots
	 * @param episode in which it was taken: becomes the state that it was charged to;
	 * null for slots
	 * @param lease names the lease of slots, null for permits
	 */
	record FallbackReceipt(@Nullable ChargeDecision local, @Nullable FallbackUsage usage,
			@Nullable CompletableFuture<@Nullable Snapshot> episode, byte @Nullable [] lease) implements Receipt {
	}

}
