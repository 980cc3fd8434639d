package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.KeySource;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitRegistry;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.RegisteredLimit;
import io.github.ratelimit.expression.AfterResponse;
import io.github.ratelimit.expression.CostExpression;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.OnMissingKey;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A limit as it is configured, checked.
 *
 * @param limit name and rates
 * @param keys whose permits, at least one
 * @param onMissingKey what happens where no key has a value
 * @param cost how many permits, null for 1
 * @param afterResponse what is found out after the response, null if nothing
 * @param hideHeaders whether headers and bodies are silent about it
 * @param onStoreFailure what it does while its store fails
 * @param lease for how long permits are taken in advance, null where they are not
 */
record LimitDefinition(Limit limit, List<KeyExpression> keys, OnMissingKey onMissingKey, @Nullable CostExpression cost,
		@Nullable AfterResponse afterResponse, boolean hideHeaders, OnStoreFailure onStoreFailure,
		@Nullable Duration lease) {

	/** Registers the limit unless a registry of the application's own has it. */
	RegisteredLimit registerIn(LimitRegistry registry) {
		List<KeySource> sources = this.keys.stream().map(KeyExpression::source).toList();
		return registry.find(this.limit.name()).orElseGet(() -> registry.register(this.limit, sources));
	}

	LimitPolicy policyIn(LimitRegistry registry) {
		LimitPolicy policy = LimitPolicy.of(registerIn(registry), this.keys, this.onMissingKey, this.cost);
		return (this.afterResponse != null) ? policy.withAfterResponse(this.afterResponse) : policy;
	}

}
