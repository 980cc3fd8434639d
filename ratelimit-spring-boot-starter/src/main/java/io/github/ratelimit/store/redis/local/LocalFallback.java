package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.PreparedForm;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.Receipt;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides in this instance's memory while Redis cannot be reached, each limit by its own
 * {@link OnStoreFailure}. It begins with the last snapshot of a key; what it takes is
 * charged in Redis later. Thread-safe.
 */
public final class LocalFallback {

	public static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

	private static final long REGISTER_NANOS = Duration.ofSeconds(1).toNanos();

	private final LimitStore local;

	private final Function<LimitHandle, OnStoreFailure> policies;

	private final PreparedForm<RedisLimit> limits;

	private final IntSupplier instances;

	private final DebtLedger debts;

	private final SlotLeases slotLeases;

	private final PermitRefunds refunds;

	/**
	 * Creates the fallback.
	 * @param local counts in memory
	 * @param limits the limits as the store counts them
	 * @param instances how many instances share the limits, at least 1
	 * @param debts receives what is taken
	 * @param slotLeases keeps the slots that are taken
	 * @param refunds gives back in Redis what was charged there meanwhile
	 */
	public LocalFallback(LimitStore local, Function<LimitHandle, OnStoreFailure> policies,
			PreparedForm<RedisLimit> limits, IntSupplier instances, DebtLedger debts, SlotLeases slotLeases,
			PermitRefunds refunds) {
		this.local = local;
		this.policies = policies;
		this.limits = limits;
		this.instances = instances;
		this.debts = debts;
		this.slotLeases = slotLeases;
		this.refunds = refunds;
	}

	/**
	 * Takes all charges, or none if one is refused.
	 * @param charges the charges
	 * @param known the remembered state of their keys, in the same order
	 * @param encodings their limits, in the same order
	 * @param now the monotonic time
	 */
	public List<ChargeDecision> takeAll(List<Charge> charges, RememberedKey[] known, LimitEncoding[] encodings,
			long now) {
		List<ChargeDecision> decisions = new ArrayList<>(charges.size());
		List<@Nullable Charge> counted = new ArrayList<>(charges.size());
		int instances = this.instances.getAsInt();
		boolean denied = false;
		for (int i = 0; i < charges.size(); i++) {
			Charge charge = charges.get(i);
			OnStoreFailure policy = this.policies.apply(charge.handle());
			ChargeDecision block = known[i].blockWithoutAsking(charge, now);
			Charge own = null;
			if (policy == OnStoreFailure.DENY) {
				decisions.add(ChargeDecision.unavailable(charge, RETRY_NANOS));
			}
			else if (policy == OnStoreFailure.ALLOW) {
				decisions.add(ChargeDecision.letThrough(charge));
			}
			else if (block != null) {
				decisions.add(ChargeDecision.degraded(block));
			}
			else if (charge.limit().isConcurrency()) {
				decisions.add(takeSlots(charge, known[i], own(policy, charge.handle(), instances)));
			}
			else {
				LimitHandle limit = own(policy, charge.handle(), instances);
				begin(known[i], encodings[i], charge, limit, (policy == OnStoreFailure.SHARE) ? instances : 1, now);
				own = ofShare(charge, limit);
				decisions.add(ChargeDecision.letThrough(charge));
			}
			denied |= decisions.get(i).isRefused();
			counted.add(own);
		}
		if (denied || !takeCounted(charges, counted, known, encodings, decisions, now)) {
			undoSlots(decisions, known);
		}
		return decisions;
	}

	private LimitHandle own(OnStoreFailure policy, LimitHandle limit, int instances) {
		return (policy == OnStoreFailure.SHARE) ? this.limits.of(limit).share(instances) : limit;
	}

	/** A cost above the capacity of the share waits until the share is full. */
	private static Charge ofShare(Charge charge, LimitHandle limit) {
		boolean payable = charge.needed() <= charge.limit().capacity();
		long most = payable ? limit.limit().capacity() : Long.MAX_VALUE;
		Charge own = (charge.permits() == 0) ? Charge.peek(limit, charge.key(), Math.min(most, charge.needed()))
				: Charge.of(limit, charge.key(), Math.min(most, charge.permits()));
		own = own.waiting(charge.maxWaitNanos());
		return charge.isEnforced() ? own : own.asDryRun();
	}

	/** Returns whether no charge is refused. */
	private boolean takeCounted(List<Charge> charges, List<@Nullable Charge> counted, RememberedKey[] known,
			LimitEncoding[] encodings, List<ChargeDecision> decisions, long now) {
		List<Charge> own = new ArrayList<>(counted.size());
		counted.stream().filter((charge) -> charge != null).forEach(own::add);
		if (own.isEmpty()) {
			return true;
		}
		List<ChargeDecision> ownDecisions = this.local.takeAll(own);
		boolean granted = ownDecisions.stream().noneMatch(ChargeDecision::isRefused);
		for (int i = 0, next = 0; i < charges.size(); i++) {
			if (counted.get(i) != null) {
				ChargeDecision local = ownDecisions.get(next++);
				Receipt receipt = (granted && local.receipt() != null)
						? taken(charges.get(i), local, known[i], encodings[i], now) : null;
				decisions.set(i, decision(charges.get(i), local, receipt));
			}
		}
		return granted;
	}

	private FallbackReceipt taken(Charge charge, ChargeDecision local, RememberedKey key, LimitEncoding encoding,
			long now) {
		long more = charge.permits() - local.charge().permits();
		if (more > 0) {
			long[] left = new long[local.limit().quotas()];
			for (int i = 0; i < left.length; i++) {
				left[i] = local.remaining(i) - more;
			}
			this.local.lower(local.charge().handle(), local.key(), left);
		}
		this.debts.note(charge.permits());
		FallbackUsage usage;
		int episode;
		do {
			usage = key.usage();
			episode = usage.allow(charge.permits());
		}
		while (episode == FallbackUsage.OVER);
		register(usage, key, encoding, local.charge(), now);
		return new FallbackReceipt(local, usage, episode, null);
	}

	private void register(FallbackUsage usage, RememberedKey key, LimitEncoding encoding, Charge own, long now) {
		if (usage.register(now, REGISTER_NANOS)) {
			usage.remembered(this.debts.addLater(key, encoding, new FallbackDebt(this.local, own, usage,
					this.policies.apply(own.handle()), this.instances.getAsInt())));
		}
		long forgotten = usage.forget();
		if (forgotten > 0) {
			key.keys().forgotten().add(forgotten);
		}
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
	private void begin(RememberedKey key, LimitEncoding encoding, Charge charge, LimitHandle own, int instances,
			long now) {
		Snapshot seen = key.last();
		FallbackUsage usage = key.usage();
		if (seen == null || usage.hasBegunWith(seen) || seen.encoding() != encoding) {
			return;
		}
		usage.begin(seen, () -> this.local.lower(own, charge.key(), key.partsLeft(seen, instances, now)));
		register(usage, key, encoding, Charge.of(own, charge.key(), 0), now);
	}

	/** Slots are leased in Redis when it answers again. */
	private ChargeDecision takeSlots(Charge charge, RememberedKey key, LimitHandle own) {
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
		byte[] lease = key.newLease();
		FallbackReceipt receipt = new FallbackReceipt(null, null, 0, lease);
		this.slotLeases.holdUnknown(key, lease, charge.permits());
		return ChargeDecision.degraded(ChargeDecision.granted(charge, receipt, slots.free(most), RETRY_NANOS, null));
	}

	private static ChargeDecision noSlots(Charge charge, long free) {
		boolean never = charge.needed() > charge.limit().capacity();
		return ChargeDecision.refused(charge, free, never ? ChargeDecision.NEVER : RETRY_NANOS, RETRY_NANOS, null);
	}

	private void undoSlots(List<ChargeDecision> decisions, RememberedKey[] known) {
		for (int i = 0; i < known.length; i++) {
			ChargeDecision decision = decisions.get(i);
			if (decision.receipt() instanceof FallbackReceipt receipt && receipt.lease() != null) {
				byte[] lease = receipt.lease();
				known[i].slots().undo(decision.charge().permits());
				this.slotLeases.giveBack(known[i], lease, decision.charge().permits());
				decisions.set(i, decision.withoutReceipt());
			}
		}
	}

	/**
	 * Gives back what a decision took here, and also in Redis if it was charged there.
	 */
	public void giveBack(ChargeDecision taken, RememberedKey key, LimitEncoding encoding) {
		if (!(taken.receipt() instanceof FallbackReceipt receipt)) {
			return;
		}
		byte[] lease = receipt.lease();
		ChargeDecision local = receipt.local();
		if (lease != null) {
			key.slots().undo(taken.charge().permits());
			this.slotLeases.giveBack(key, lease, taken.charge().permits());
		}
		else if (local != null) {
			this.local.giveBack(local);
			change(key, encoding, receipt, -taken.charge().permits());
		}
	}

	/**
	 * Charges the actual cost of a call, and also in Redis if what it took was charged
	 * there.
	 */
	public void settle(ChargeDecision taken, long actual, RememberedKey key, LimitEncoding encoding) {
		if (taken.receipt() instanceof FallbackReceipt receipt && receipt.local() != null) {
			this.local.settle(receipt.local(), actual);
			change(key, encoding, receipt, actual - taken.charge().permits());
		}
	}

	private void change(RememberedKey key, LimitEncoding encoding, FallbackReceipt receipt, long more) {
		FallbackUsage usage = receipt.usage();
		if (usage == null || usage.change(receipt.episode(), more)) {
			return;
		}
		Snapshot charged = usage.charged(receipt.episode());
		if (more > 0) {
			this.debts.add(key, encoding, more);
		}
		else if (more < 0 && charged != null) {
			this.refunds.send(-more, charged, key);
		}
	}

}
