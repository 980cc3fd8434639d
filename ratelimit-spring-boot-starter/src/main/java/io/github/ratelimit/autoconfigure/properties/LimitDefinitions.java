package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Limit;
import io.github.ratelimit.PlanResolver;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.autoconfigure.properties.LimitNames.Kind;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties.LimitProperties;
import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.PlanResolverCache;
import io.github.ratelimit.expression.PlanSelection;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.web.request.ClientAddresses;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.function.SingletonSupplier;

/**
 * The limits of the configuration, parsed once.
 */
public final class LimitDefinitions implements Iterable<LimitDefinition> {

	static final String PREFIX = "ratelimit.limits.";

	private final Map<String, LimitDefinition> byName = new LinkedHashMap<>();

	private final RateLimitProperties properties;

	private final LimitNames names;

	private final ExpressionParser parser;

	/**
	 * Parses the limits.
	 * @param properties the bound properties
	 * @param check has the names of the limits as they are spelled
	 * @param parser parses keys and costs
	 * @throws InvalidConfigurationException for the first value that cannot be
	 */
	public LimitDefinitions(RateLimitProperties properties, PropertiesCheck check, ExpressionParser parser) {
		this.properties = properties;
		this.names = check.names(Kind.LIMIT);
		this.parser = parser;
		properties.limits().forEach((name, limit) -> this.byName.put(name, define(name, limit)));
	}

	private LimitDefinition define(String name, LimitProperties properties) {
		LimitReader reader = new LimitReader(name, properties);
		LimitExpressions expressions = new LimitExpressions(this.parser, name, properties);
		Limit limit = reader.limit(meant(name));
		List<KeyExpression> keys = expressions.keys(meant(name));
		Expression<@Nullable String> plan = expressions.plan(keys, properties.plans().keySet());
		LimitSettings settings = new LimitSettings(limit, reader.plans(limit), reader.penalty(keys), properties.mode(),
				properties.onStoreFailure(), properties.hideHeaders(), reader.lease(limit, this.properties.store()),
				false);
		LimitDefinition definition = new LimitDefinition(settings, keys, properties.onMissingKey(), expressions.cost(),
				plan, expressions.afterResponse(limit), expressions.unless());
		definition.checkCost(settings);
		return definition;
	}

	private String meant(String name) {
		return this.names.isDeclared(name) ? ""
				: this.names.nearest(name)
					.map((nearest) -> " Only environment variables name the limit '" + name + "': did you mean '"
							+ nearest + "'?")
					.orElse("");
	}

	/**
	 * Checks that a constant cost fits settings that change while the application runs.
	 * @param settings the settings of a limit
	 * @throws InvalidConfigurationException if every call would be refused
	 */
	public void checkCosts(LimitSettings settings) {
		LimitDefinition definition = find(settings.limit().name());
		if (definition != null) {
			definition.checkCost(settings);
		}
	}

	/**
	 * Returns a check that refuses limits that a store cannot count exactly. For the
	 * limit of an annotation, the caller that registers it explains the refusal.
	 * @param store throws an {@link IllegalArgumentException} for a limit that it cannot
	 * count
	 * @param problem the message for a limit that the store refuses
	 * @return the check
	 */
	public Consumer<LimitSettings> countableBy(Consumer<Limit> store, String problem) {
		return (settings) -> {
			checkCountable(store, problem, settings.limit(), "rate");
			settings.plans().forEach((plan, limit) -> checkCountable(store, problem, limit, "plans." + plan));
		};
	}

	private void checkCountable(Consumer<Limit> store, String problem, Limit limit, String setting) {
		try {
			store.accept(limit);
		}
		catch (IllegalArgumentException ex) {
			if (find(limit.name()) == null) {
				throw ex;
			}
			String rates = limit.rates().stream().map(Rate::toString).collect(Collectors.joining(", "));
			throw new InvalidConfigurationException(PREFIX + limit.name() + "." + setting, rates, problem,
					String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * Registers the limits.
	 * @param registry the registry, also one of the application's own
	 */
	public void registerIn(LimitRegistry registry) {
		int ipv6Prefix = this.properties.http().ipv6Prefix();
		registry.setAddressForm((address) -> ClientAddresses.canonicalOrSame(address, ipv6Prefix));
		forEach((definition) -> definition.registerIn(registry));
	}

	/**
	 * Returns how the limits find keys, costs and plans. The application's
	 * {@link PlanResolver} is created at its first use: it may need beans that do not
	 * exist yet when limits are bound.
	 * @param registry where the limits are registered
	 * @param beans the beans in which a {@link PlanResolver} is looked up
	 * @param time determines the age of its results
	 * @param others the policies of other names
	 * @return the limits' policies and the others
	 * @throws InvalidConfigurationException if a limit has plans, and nothing returns
	 * that of a call
	 */
	public LimitPolicies policiesIn(LimitRegistry registry, ListableBeanFactory beans, TimeSource time,
			List<LimitPolicy> others) {
		SingletonSupplier<PlanResolver> resolver = SingletonSupplier
			.of(() -> ((BeanFactory) beans).getBean(PlanResolver.class));
		List<LimitPolicy> policies = new ArrayList<>(others);
		for (LimitDefinition limit : this) {
			PlanSelection plans = null;
			if (limit.plan() != null) {
				plans = PlanSelection.of(limit.plan());
			}
			else if (!limit.settings().plans().isEmpty()) {
				checkResolver(limit, beans, resolver);
				plans = PlanSelection.of(new PlanResolverCache(limit.name(),
						(name, key) -> resolver.obtain().planOf(name, key), time, this.properties.planTtl()));
			}
			policies.add(new LimitPolicy(limit.registerIn(registry), limit.keys(), limit.onMissingKey(), limit.cost(),
					plans, limit.afterResponse(), List.of())
				.withUnless(limit.unless()));
		}
		return new LimitPolicies(policies);
	}

	private static void checkResolver(LimitDefinition limit, ListableBeanFactory beans,
			SingletonSupplier<PlanResolver> resolver) {
		int resolvers = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, PlanResolver.class, true,
				false).length;
		if (resolvers == 0) {
			String property = PREFIX + limit.name();
			throw new InvalidConfigurationException(property + ".plans",
					String.join(", ", new TreeSet<>(limit.settings().plans().keySet())),
					"names plans, but nothing returns the plan of a caller", "Write an expression, for example "
							+ property + ".plan: claim('plan'), or define a bean of type PlanResolver.");
		}
		if (resolvers > 1) {
			// fails now, and not at the first call, if none of them is the primary one
			resolver.obtain();
		}
	}

	/**
	 * Returns a limit of the configuration.
	 * @param name its name
	 * @return the limit, null if there is none of that name
	 */
	public @Nullable LimitDefinition find(String name) {
		return this.byName.get(name);
	}

	@Override
	public Iterator<LimitDefinition> iterator() {
		return this.byName.values().iterator();
	}

}
