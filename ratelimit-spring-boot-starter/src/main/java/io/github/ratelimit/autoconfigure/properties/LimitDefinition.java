package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.expression.AfterResponse;
import io.github.ratelimit.expression.CostExpression;
import io.github.ratelimit.expression.ExemptionExpression;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.OnMissingKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A limit of the configuration, checked.
 *
 * @param limit the limit itself
 * @param keys the keys to charge, at least one
 * @param onMissingKey what happens if no key has a value
 * @param cost how many permits, null for 1
 * @param afterResponse what is determined after the response, null if nothing
 * @param unless which calls are exempt, null if none
 * @param hideHeaders whether headers and bodies are silent about it
 * @param onStoreFailure what it does while its store fails, null for
 * ratelimit.on-store-failure
 * @param lease for how long permits are taken in advance, null if they are not
 * @param plans the limit as plans have it, null if there are none
 * @param penalty what happens to keys that are refused too often, null for nothing
 * @param mode whether its decisions are enforced
 */
public record LimitDefinition(Limit limit, List<KeyExpression> keys, OnMissingKey onMissingKey,
		@Nullable CostExpression cost, @Nullable AfterResponse afterResponse, @Nullable ExemptionExpression unless,
		boolean hideHeaders, @Nullable OnStoreFailure onStoreFailure, @Nullable Duration lease,
		@Nullable PlanDefinition plans, @Nullable Penalty penalty, LimitMode mode) {

	/** Registers the limit unless the application's own registry has it. */
	RegisteredLimit registerIn(LimitRegistry registry) {
		return registry.find(this.limit.name()).orElseGet(() -> {
			List<KeySource> sources = this.keys.stream().map(KeyExpression::source).toList();
			return registry.register(settings(), sources);
		});
	}

	/**
	 * Returns what can change while the application runs.
	 * @return the settings of the limit
	 */
	public LimitSettings settings() {
		Map<String, Limit> limits = (this.plans != null) ? this.plans.limits() : Map.of();
		return new LimitSettings(this.limit, limits, this.penalty, this.mode, this.onStoreFailure, this.hideHeaders,
				this.lease, false);
	}

	/**
	 * Returns what takes a restart to change, as a text that is equal for equal values.
	 * @return the text
	 */
	public String fixed() {
		return this.keys.stream().map((key) -> key.source().expression()).toList() + ", " + this.onMissingKey + ", "
				+ this.cost + ", " + this.afterResponse + ", " + ((this.unless != null) ? this.unless.text() : null)
				+ ", " + ((this.plans != null) ? this.plans.expression() : null);
	}

	LimitPolicy policyIn(LimitRegistry registry, PlanResolvers resolvers) {
		LimitPolicy policy = LimitPolicy.of(registerIn(registry), this.keys, this.onMissingKey, this.cost);
		if (this.afterResponse != null) {
			policy = policy.withAfterResponse(this.afterResponse);
		}
		if (this.unless != null) {
			policy = policy.withUnless(this.unless);
		}
		return (this.plans != null) ? policy.withPlans(resolvers.plansOf(this.limit, this.plans)) : policy;
	}

}
