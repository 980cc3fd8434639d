package io.github.ratelimit.registry;

import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Penalty;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a limit, which can be changed while the application runs. Immutable: a
 * change creates new settings, which {@link RegisteredLimit#change} applies as a whole.
 *
 * @param limit the limit itself, as calls without a plan have it
 * @param plans the limit as each plan has it, by the names of the plans, empty for none
 * @param penalty what happens to keys that are refused too often, null for nothing
 * @param mode whether the limit is enforced or in shadow mode
 * @param onStoreFailure what the limit does while its store fails, null for the general
 * setting
 * @param hidden whether headers and bodies omit the limit
 * @param lease for how long an instance takes permits in advance from a shared store,
 * null if it does not
 * @param blockable whether keys of the limit can be blocked: decisions of a shared store
 * look for blocks; keys of a limit with a penalty always can
 */
public record LimitSettings(Limit limit, Map<String, Limit> plans, @Nullable Penalty penalty, LimitMode mode,
		@Nullable OnStoreFailure onStoreFailure, boolean hidden, @Nullable Duration lease, boolean blockable) {

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if the limit of a plan has another name, or the
	 * lease is not positive
	 */
	public LimitSettings {
		Objects.requireNonNull(limit, "limit");
		Objects.requireNonNull(mode, "mode");
		plans = Map.copyOf(plans);
		for (Map.Entry<String, Limit> plan : plans.entrySet()) {
			String other = plan.getValue().name();
			if (!other.equals(limit.name())) {
				throw new IllegalArgumentException("Plan '" + plan.getKey() + "' of limit '" + limit.name()
						+ "' is the limit '" + other + "'. Give both the same name.");
			}
		}
		if (lease != null && (lease.isNegative() || lease.isZero())) {
			throw new IllegalArgumentException("The lease of limit '" + limit.name() + "' is " + lease
					+ ". Write a positive time, or none for no lease.");
		}
	}

	/**
	 * Returns the default settings of a limit: no plans, no penalty, enforced, not
	 * hidden, no lease, not blockable.
	 * @param limit the limit
	 * @return the settings
	 */
	public static LimitSettings of(Limit limit) {
		return new LimitSettings(limit, Map.of(), null, LimitMode.ENFORCE, null, false, null, false);
	}

	/**
	 * Returns these settings with another limit.
	 * @param limit the limit, of the same name
	 * @return new settings
	 */
	public LimitSettings withLimit(Limit limit) {
		return new LimitSettings(limit, this.plans, this.penalty, this.mode, this.onStoreFailure, this.hidden,
				this.lease, this.blockable);
	}

	/**
	 * Returns these settings with other plans.
	 * @param plans the limit as each plan has it, by the names of the plans
	 * @return new settings
	 */
	public LimitSettings withPlans(Map<String, Limit> plans) {
		return new LimitSettings(this.limit, plans, this.penalty, this.mode, this.onStoreFailure, this.hidden,
				this.lease, this.blockable);
	}

	/**
	 * Returns these settings with another penalty.
	 * @param penalty the penalty, null for none
	 * @return new settings
	 */
	public LimitSettings withPenalty(@Nullable Penalty penalty) {
		return new LimitSettings(this.limit, this.plans, penalty, this.mode, this.onStoreFailure, this.hidden,
				this.lease, this.blockable);
	}

	/**
	 * Returns these settings with another mode.
	 * @param mode whether the limit is enforced or in shadow mode
	 * @return new settings
	 */
	public LimitSettings withMode(LimitMode mode) {
		return new LimitSettings(this.limit, this.plans, this.penalty, mode, this.onStoreFailure, this.hidden,
				this.lease, this.blockable);
	}

	/**
	 * Returns these settings with another behaviour while the store fails.
	 * @param onStoreFailure the behaviour, null for that of the store
	 * @return new settings
	 */
	public LimitSettings withOnStoreFailure(@Nullable OnStoreFailure onStoreFailure) {
		return new LimitSettings(this.limit, this.plans, this.penalty, this.mode, onStoreFailure, this.hidden,
				this.lease, this.blockable);
	}

	/**
	 * Returns these settings for a limit that responses show or not.
	 * @param hidden whether headers and bodies omit the limit
	 * @return new settings
	 */
	public LimitSettings withHidden(boolean hidden) {
		return new LimitSettings(this.limit, this.plans, this.penalty, this.mode, this.onStoreFailure, hidden,
				this.lease, this.blockable);
	}

	/**
	 * Returns these settings with another lease.
	 * @param lease for how long permits are taken in advance, null for no lease
	 * @return new settings
	 */
	public LimitSettings withLease(@Nullable Duration lease) {
		return new LimitSettings(this.limit, this.plans, this.penalty, this.mode, this.onStoreFailure, this.hidden,
				lease, this.blockable);
	}

	/**
	 * Returns these settings for a limit whose keys can be blocked or not.
	 * @param blockable whether keys can be blocked without a penalty too
	 * @return new settings
	 */
	public LimitSettings withBlockable(boolean blockable) {
		return new LimitSettings(this.limit, this.plans, this.penalty, this.mode, this.onStoreFailure, this.hidden,
				this.lease, blockable);
	}

}
