package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Limit;
import io.github.ratelimit.expression.AfterResponse;
import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.LimitPolicy.OnMissingKey;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A limit of the configuration, checked.
 *
 * @param settings the limit itself, and what else can change while the application runs
 * @param keys the keys to charge, at least one
 * @param onMissingKey what happens if no key has a value
 * @param cost how many permits, null for 1
 * @param plan the plan of a call, null if there are no plans or a bean returns it
 * @param afterResponse what is determined after the response, null if nothing
 * @param unless which calls are exempt, null if none
 */
public record LimitDefinition(LimitSettings settings, List<KeyExpression> keys, OnMissingKey onMissingKey,
		@Nullable Expression<Long> cost, @Nullable Expression<@Nullable String> plan,
		@Nullable AfterResponse afterResponse, @Nullable Expression<Boolean> unless) {

	/**
	 * Returns the name of the limit.
	 * @return the name
	 */
	public String name() {
		return this.settings.limit().name();
	}

	/** Registers the limit unless the application's own registry has it. */
	RegisteredLimit registerIn(LimitRegistry registry) {
		return registry.find(name())
			.orElseGet(() -> registry.register(this.settings, this.keys.stream().map(KeyExpression::source).toList()));
	}

	/**
	 * Returns what takes a restart to change, as a text that is equal for equal values.
	 * Plans can be others, but calls of a limit without plans have none selected.
	 * @return the text
	 */
	public String fixed() {
		return this.keys.stream().map((key) -> key.source().expression()).toList() + ", " + this.onMissingKey + ", "
				+ this.cost + ", " + this.afterResponse + ", " + ((this.unless != null) ? this.unless.text() : null)
				+ ", " + this.plan + ", " + this.settings.plans().isEmpty();
	}

	/** Checks that a constant cost fits other settings, with each of their plans. */
	void checkCost(LimitSettings other) {
		if (this.cost != null) {
			String text = this.cost.text().strip();
			checkCost(text, other.limit(), "");
			other.plans().forEach((plan, limit) -> checkCost(text, limit, " on plan '" + plan + "'"));
		}
	}

	private static void checkCost(String text, Limit limit, String plan) {
		try {
			if (new BigDecimal(text).compareTo(BigDecimal.valueOf(limit.capacity())) > 0) {
				throw new InvalidConfigurationException(LimitDefinitions.PREFIX + limit.name() + ".cost", text,
						"is more than the limit '" + limit.name() + "' can ever hold" + plan + ", which is "
								+ limit.capacity() + " permits: every call would be refused",
						limit.isConcurrency() ? "Lower the cost, or raise max-concurrent."
								: "Lower the cost, or raise the burst of the limit's smallest rate.");
			}
		}
		catch (NumberFormatException ex) {
			// an expression
		}
	}

}
