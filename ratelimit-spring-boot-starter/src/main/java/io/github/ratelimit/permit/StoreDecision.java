package io.github.ratelimit.permit;

import io.github.ratelimit.Decision;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.Permit;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The decision of a store over the charges of a call, with the permit of the call.
 * Thread-safe.
 */
public sealed class StoreDecision extends Decision {

	private static final VarHandle PERMIT;

	static {
		try {
			PERMIT = MethodHandles.lookup().findVarHandle(StoreDecision.class, "permit", StorePermit.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final LimitStore store;

	@SuppressWarnings("unused") // through PERMIT
	private volatile @Nullable StorePermit permit;

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

	@Override
	protected Permit heldPermit() {
		return storePermit();
	}

	StorePermit storePermit() {
		StorePermit current = this.permit;
		if (current != null) {
			return current;
		}
		StorePermit created = new StorePermit(charges(), this.store);
		StorePermit earlier = (StorePermit) PERMIT.compareAndExchange(this, null, created);
		return (earlier != null) ? earlier : created;
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

}
