package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.PlanResolver;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.PlanSelection;
import io.github.ratelimit.expression.PlanResolverCache;
import io.github.ratelimit.registry.LimitSettings;
import java.time.Duration;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.function.SingletonSupplier;

/**
 * Finds the source of callers' plans: an expression, or the application's
 * {@link PlanResolver}, which is created at its first use: it may need beans that do not
 * exist yet when limits are bound.
 */
public final class PlanResolvers {

	private final ListableBeanFactory beans;

	private final TimeSource time;

	private final Duration timeToLive;

	private final SingletonSupplier<PlanResolver> resolver;

	/**
	 * Creates it.
	 * @param beans the beans in which a {@link PlanResolver} is looked up
	 * @param time determines the age of its results
	 * @param timeToLive how long they are remembered
	 */
	public PlanResolvers(ListableBeanFactory beans, TimeSource time, Duration timeToLive) {
		this.beans = beans;
		this.time = time;
		this.timeToLive = timeToLive;
		this.resolver = SingletonSupplier.of(() -> ((BeanFactory) beans).getBean(PlanResolver.class));
	}

	/**
	 * Returns the plans of a limit.
	 * @param settings the limit with its plans
	 * @param plan the plan of a call, null if a bean returns it
	 * @return the selection of the plan of a call
	 * @throws InvalidConfigurationException if there is neither
	 */
	PlanSelection plansOf(LimitSettings settings, @Nullable Expression<@Nullable String> plan) {
		if (plan != null) {
			return PlanSelection.of(plan);
		}
		checkResolver(settings);
		PlanResolver lazy = (name, key) -> this.resolver.obtain().planOf(name, key);
		return PlanSelection.of(new PlanResolverCache(settings.limit().name(), lazy, this.time, this.timeToLive));
	}

	private void checkResolver(LimitSettings settings) {
		int resolvers = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, PlanResolver.class, true,
				false).length;
		if (resolvers == 0) {
			String property = LimitDefinitions.PREFIX + settings.limit().name();
			throw new InvalidConfigurationException(property + ".plans",
					String.join(", ", new TreeSet<>(settings.plans().keySet())),
					"names plans, but nothing returns the plan of a caller", "Write an expression, for example "
							+ property + ".plan: claim('plan'), or define a bean of type " + "PlanResolver.");
		}
		if (resolvers > 1) {
			// fails now, and not at the first call, if none of them is the primary one
			this.resolver.obtain();
		}
	}

}
