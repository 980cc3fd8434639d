package io.github.ratelimit.test.provider.limits;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Builds {@link ProviderLimits}. Not thread-safe; what it has built does not change. */
public final class ProviderLimitsBuilder {

	InstantSource clock = InstantSource.system();

	int maxConcurrent = Integer.MAX_VALUE;

	Settlement settlement = Settlement.KEEP;

	boolean refusalsCharged;

	TokenEstimate estimate = TokenEstimate.exact();

	private final List<ProviderLimit> limits = new ArrayList<>();

	private final Map<String, List<ProviderLimit>> limitsOfModels = new LinkedHashMap<>();

	ProviderLimitsBuilder() {
	}

	private ProviderLimitsBuilder(ProviderLimitsBuilder other) {
		this.clock = other.clock;
		this.maxConcurrent = other.maxConcurrent;
		this.settlement = other.settlement;
		this.refusalsCharged = other.refusalsCharged;
		this.estimate = other.estimate;
		this.limits.addAll(other.limits);
		this.limitsOfModels.putAll(other.limitsOfModels);
	}

	/**
	 * Adds limits that apply to each credential and model.
	 * @param limits the limits; all of them apply together, also several of one unit
	 * @return this builder
	 */
	public ProviderLimitsBuilder limits(ProviderLimit... limits) {
		this.limits.addAll(List.of(limits));
		return this;
	}

	/**
	 * Sets other limits for some models.
	 * @param model the name of a model, or the beginning of names and {@code *}; the
	 * first that fits counts
	 * @param limits the limits, instead of those for all models
	 * @return this builder
	 */
	public ProviderLimitsBuilder limitsOf(String model, ProviderLimit... limits) {
		this.limitsOfModels.put(model, List.of(limits));
		return this;
	}

	/**
	 * Limits how many requests of a credential and model run at once.
	 * @param requests how many, 1 or more; any number by default
	 * @return this builder
	 */
	public ProviderLimitsBuilder maxConcurrent(int requests) {
		if (requests < 1) {
			throw new IllegalArgumentException("At least 1 request must be able to run, not " + requests);
		}
		this.maxConcurrent = requests;
		return this;
	}

	/**
	 * Sets what is charged at admission.
	 * @param estimate the estimate, exact by default
	 * @return this builder
	 */
	public ProviderLimitsBuilder estimate(TokenEstimate estimate) {
		this.estimate = Objects.requireNonNull(estimate, "estimate");
		return this;
	}

	/**
	 * Sets what happens with the charge when a request ends.
	 * @param settlement the charge stays by default
	 * @return this builder
	 */
	public ProviderLimitsBuilder settlement(Settlement settlement) {
		this.settlement = Objects.requireNonNull(settlement, "settlement");
		return this;
	}

	/**
	 * Charges refused requests to the limits of requests, as some providers do: a client
	 * that tries again at once waits longer.
	 * @param charged false by default
	 * @return this builder
	 */
	public ProviderLimitsBuilder chargeRefusals(boolean charged) {
		this.refusalsCharged = charged;
		return this;
	}

	/**
	 * Sets the clock.
	 * @param clock that of the system by default
	 * @return this builder
	 */
	public ProviderLimitsBuilder clock(InstantSource clock) {
		this.clock = Objects.requireNonNull(clock, "clock");
		return this;
	}

	/**
	 * Builds the limits, in which nothing has happened yet.
	 * @return the limits
	 */
	public ProviderLimits build() {
		return new ProviderLimits(new ProviderLimitsBuilder(this));
	}

	List<ProviderLimit> limits(String model) {
		for (Map.Entry<String, List<ProviderLimit>> entry : this.limitsOfModels.entrySet()) {
			String name = entry.getKey();
			if (name.equals(model) || (name.endsWith("*") && model.startsWith(name.substring(0, name.length() - 1)))) {
				return entry.getValue();
			}
		}
		return this.limits;
	}

}
