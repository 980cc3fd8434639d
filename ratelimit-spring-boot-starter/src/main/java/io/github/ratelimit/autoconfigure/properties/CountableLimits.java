package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Limit;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.Rate;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Refuses limits that a store cannot count exactly. For the limit of an annotation, the
 * caller that registers it explains the refusal.
 */
public final class CountableLimits implements Consumer<LimitSettings> {

	private final String problem;

	private final Consumer<Limit> store;

	private final LimitDefinitions definitions;

	/**
	 * Creates a check of limits.
	 * @param problem the message for a limit that the store refuses
	 * @param store throws an {@link IllegalArgumentException} for a limit that it cannot
	 * count
	 * @param definitions the limits of the configuration
	 */
	public CountableLimits(String problem, Consumer<Limit> store, LimitDefinitions definitions) {
		this.problem = problem;
		this.store = store;
		this.definitions = definitions;
	}

	@Override
	public void accept(LimitSettings settings) {
		check(settings.limit(), "rate");
		settings.plans().forEach((plan, limit) -> check(limit, "plans." + plan));
	}

	private void check(Limit limit, String setting) {
		try {
			this.store.accept(limit);
		}
		catch (IllegalArgumentException ex) {
			if (this.definitions.find(limit.name()) == null) {
				throw ex;
			}
			String rates = limit.rates().stream().map(Rate::toString).collect(Collectors.joining(", "));
			throw new InvalidConfigurationException(LimitDefinitions.PREFIX + limit.name() + "." + setting, rates,
					this.problem, String.valueOf(ex.getMessage()));
		}
	}

}
