package io.github.ratelimit.permit;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.Permit;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The decision of a store over the charges of a call, with the permit of the call.
 * Thread-safe.
 */
public sealed class StoreDecision extends Decision {

	private static final AtomicReferenceFieldUpdater<StoreDecision, Held> PERMIT = AtomicReferenceFieldUpdater
		.newUpdater(StoreDecision.class, Held.class, "permit");

	private final LimitStore store;

	private volatile @Nullable Held permit;

	/**
	 * Creates the decision over one charge.
	 * @param decision the decision of the store
	 * @param store the store
	 */
	public StoreDecision(ChargeDecision decision, LimitStore store) {
		super(decision);
		this.store = store;
	}

	private StoreDecision(LimitStore store) {
		this.store = store;
	}

	/**
	 * Returns the decision over some charges: allowed if none is refused.
	 * @param decisions the decisions of the store, at least one
	 * @param store the store
	 * @return the decision
	 */
	public static StoreDecision of(List<ChargeDecision> decisions, LimitStore store) {
		return (decisions.size() == 1) ? new StoreDecision(decisions.get(0), store) : new Several(decisions, store);
	}

	/**
	 * Returns the store's decision on each charge.
	 * @return the decisions in the order of the charges
	 */
	@SuppressWarnings("unchecked") // there are no others
	public List<ChargeDecision> charges() {
		return (List<ChargeDecision>) (List<?>) limits();
	}

	/**
	 * Returns a store's decision on each charge of a decision.
	 * @param decision any decision
	 * @return the decisions in the order of the charges, empty if no store decided
	 */
	public static List<ChargeDecision> chargesOf(Decision decision) {
		return (decision instanceof StoreDecision made) ? made.charges() : List.of();
	}

	/**
	 * Gives back what limits have granted to a call that is not made.
	 * @param taken the decisions of the limits
	 * @param store the store that decided it
	 */
	public static void giveBack(List<ChargeDecision> taken, LimitStore store) {
		new Held(taken, store).giveBack();
	}

	/** Returns what each limit of a decision holds, nothing if no store decided. */
	static List<HeldCharge> heldBy(Decision decision) {
		return (decision instanceof StoreDecision made) ? made.held().parts : List.of();
	}

	/**
	 * Returns whether a call with a decision has to be ended or settled.
	 * @param decision any decision
	 * @return whether a limit of it has a cost, counts concurrent calls or waits for the
	 * outcome
	 */
	public static boolean hasToEnd(Decision decision) {
		List<ChargeDecision> limits = chargesOf(decision);
		for (int i = 0; i < limits.size(); i++) {
			if (hasToEnd(limits.get(i))) {
				return true;
			}
		}
		return false;
	}

	/** Returns whether a call of this limit has to be ended or settled. */
	static boolean hasToEnd(ChargeDecision decision) {
		Limit limit = decision.limit();
		return limit.hasCost() || limit.isConcurrency() || decision.charge().isPending();
	}

	@Override
	protected Permit heldPermit() {
		return held();
	}

	private Held held() {
		if (this.permit == null) {
			PERMIT.compareAndSet(this, null, new Held(charges(), this.store));
		}
		return Objects.requireNonNull(this.permit);
	}

	/** Separate, so that decisions over one charge take no memory for it. */
	private static final class Several extends StoreDecision {

		private final List<LimitDecision> limits;

		private final boolean allowed;

		private final boolean degraded;

		Several(List<ChargeDecision> decisions, LimitStore store) {
			super(store);
			boolean allowed = true;
			boolean degraded = false;
			for (ChargeDecision decision : decisions) {
				allowed &= !decision.isRefused();
				degraded |= decision.isDegraded();
			}
			this.limits = List.copyOf(decisions);
			this.allowed = allowed;
			this.degraded = degraded;
		}

		@Override
		public List<LimitDecision> limits() {
			return this.limits;
		}

		@Override
		public boolean isAllowed() {
			return this.allowed;
		}

		@Override
		public boolean isDegraded() {
			return this.degraded;
		}

	}

	/** What the call holds. Each of its limits is settled once, and ends once. */
	private static final class Held implements Permit {

		private final List<HeldCharge> parts;

		private final AtomicBoolean ended = new AtomicBoolean();

		private final LongAdder spent = new LongAdder();

		Held(List<ChargeDecision> taken, LimitStore store) {
			this.parts = new ArrayList<>(taken.size());
			for (ChargeDecision decision : taken) {
				this.parts.add(new HeldCharge(decision, store));
			}
		}

		@Override
		public boolean settle(long actual) {
			boolean only = this.parts.size() == 1;
			return settle((limit) -> only || limit.hasCost(), actual);
		}

		@Override
		public boolean settle(String limit, long actual) {
			return settle((each) -> each.name().equals(limit), actual);
		}

		private boolean settle(Predicate<Limit> which, long actual) {
			HeldCharge.checkNotNegative(actual);
			boolean settled = false;
			for (HeldCharge part : this.parts) {
				if (which.test(part.decision().limit())) {
					settled |= part.settle(actual);
				}
			}
			return settled;
		}

		@Override
		public void spend(long permits) {
			HeldCharge.checkNotNegative(permits);
			this.spent.add(permits);
		}

		@Override
		public void close() {
			end(false);
		}

		@Override
		public void fail() {
			end(true);
		}

		private void end(boolean failed) {
			if (!this.ended.compareAndSet(false, true)) {
				return;
			}
			long spent = this.spent.sum();
			for (HeldCharge part : this.parts) {
				if (part.isSlot()) {
					part.giveBack();
				}
				else if (part.decision().limit().hasCost() && (spent > 0 || (failed && !part.charge().isPending()))) {
					part.settle(spent);
				}
				part.keepPending();
			}
		}

		@Override
		public boolean giveBack() {
			if (!this.ended.compareAndSet(false, true)) {
				return false;
			}
			this.parts.forEach(HeldCharge::giveBack);
			return true;
		}

	}

}
