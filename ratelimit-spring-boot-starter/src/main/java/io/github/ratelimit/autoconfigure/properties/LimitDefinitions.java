package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.InvalidRateException;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.Suggestion;
import io.github.ratelimit.expression.AfterResponse;
import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.autoconfigure.properties.LimitNames.Kind;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties.LimitProperties;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.web.request.IpAddressText;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The limits of the configuration, parsed once.
 */
public final class LimitDefinitions implements Iterable<LimitDefinition> {

	static final String PREFIX = "ratelimit.limits.";

	private static final String WHAT_KEYS_ARE = "Write whose calls are counted: for example header('X-API-Key'), user or ip, "
			+ "or global for all calls together. ";

	/**
	 * An instance takes at most an eighth of what is left, so a smaller limit does not
	 * benefit.
	 */
	private static final long LEAST_CAPACITY_OF_A_LEASE = 100;

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
		this.names.namedIn(properties.limits()).forEach((name, limit) -> this.byName.put(name, define(name, limit)));
	}

	private LimitDefinition define(String name, LimitProperties properties) {
		LimitReader reader = new LimitReader(name, properties);
		Limit limit = reader.limit(meant(name));
		List<KeyExpression> keys = keys(name, properties.key());
		Expression<@Nullable String> plan = AfterResponses.parse(PREFIX + name + ".plan", properties.plan(),
				this.parser::requestPlan, "Write an expression for the plan of a call, for example claim('plan').");
		Map<String, Limit> plans = reader.plans(limit, plans(name, properties, keys, plan));
		Expression<Long> cost = AfterResponses.parse(PREFIX + name + ".cost", properties.cost(),
				this.parser::requestCost,
				"Write how many permits a call costs, as a number or an expression, or remove it for 1.");
		checkCost(cost, limit, plans);
		AfterResponse afterResponse = AfterResponses.read(this.parser, limit, properties);
		Expression<Boolean> unless = exemption(this.parser, PREFIX + name, properties.unless());
		Duration lease = lease(limit, properties.lease());
		Penalty penalty = penalty(name, keys, properties.banAfter());
		LimitSettings settings = new LimitSettings(limit, plans, penalty, properties.mode(),
				properties.onStoreFailure(), properties.hideHeaders(), lease, false);
		return new LimitDefinition(settings, keys, properties.onMissingKey(), cost, plan, afterResponse, unless);
	}

	/** Returns the condition of {@code unless} below a limit or a rule, null for none. */
	static @Nullable Expression<Boolean> exemption(ExpressionParser parser, String property, @Nullable String text) {
		return AfterResponses.parse(property + ".unless", text, parser::requestExemption,
				"Write which calls are exempt, such as hasRole('PARTNER'), or remove it.");
	}

	private List<KeyExpression> keys(String name, List<String> texts) {
		String property = PREFIX + name + ".key";
		List<KeyExpression> keys = new ArrayList<>();
		for (int i = 0; i < texts.size(); i++) {
			String text = texts.get(i).strip();
			String element = indexed(property, texts, i);
			if (text.isEmpty()) {
				throw missingKey(element, name);
			}
			if (isThere(keys, text)) {
				throw new InvalidConfigurationException(element, text, "is in the list twice",
						"Remove it: the first that has a value counts.");
			}
			keys.add(key(element, text));
		}
		if (keys.isEmpty()) {
			throw missingKey(property, name);
		}
		return keys;
	}

	private InvalidConfigurationException missingKey(String property, String name) {
		return new InvalidConfigurationException(property, "", "is missing or empty",
				WHAT_KEYS_ARE
						+ "In YAML, 'key: #id' is an empty key and a comment; an argument such as #id is a key of "
						+ "@RateLimited only." + meant(name));
	}

	private KeyExpression key(String property, String text) {
		try {
			return this.parser.requestKey(text);
		}
		catch (InvalidExpressionException ex) {
			boolean list = (text.indexOf(',') >= 0 && !property.endsWith("]"));
			throw new InvalidConfigurationException(property, text, ex.problem(),
					list ? ex.remedy() + " Several alternatives are a list: key: [first, second]." : ex.remedy());
		}
	}

	private static boolean isThere(List<KeyExpression> keys, String text) {
		return keys.stream().anyMatch((key) -> key.source().expression().strip().equals(text));
	}

	private Map<String, List<String>> plans(String name, LimitProperties properties, List<KeyExpression> keys,
			@Nullable Expression<@Nullable String> plan) {
		String property = PREFIX + name;
		Map<String, List<String>> plans = this.names.plansOf(name).plansOf(properties.plans());
		if (plans.isEmpty() && plan != null) {
			throw new InvalidConfigurationException(property + ".plan", plan.text(),
					"names a plan, but the limit has no plans",
					"Write them below " + property + ".plans, for example " + property + ".plans.pro: 600/min.");
		}
		if (!plans.isEmpty() && keys.get(0).source().kind().equals(Key.GLOBAL_KIND)) {
			throw new InvalidConfigurationException(property + ".plans", String.join(", ", plans.keySet()),
					"distinguishes callers, but the limit counts all callers together (key: global)",
					"Give the limit another key, or remove its plans.");
		}
		if (plan != null) {
			checkLiterals(property, plan, plans.keySet());
		}
		return plans;
	}

	/**
	 * A plan that a token names may be new; one that the configuration itself names is a
	 * mistake if it is not there.
	 */
	private static void checkLiterals(String property, Expression<@Nullable String> plan, Set<String> plans) {
		for (String name : new TreeSet<>(plan.inputs().literals())) {
			if (!plans.contains(name)) {
				throw new InvalidConfigurationException(property + ".plan", plan.text(),
						"names the plan '" + name + "', which the limit does not have",
						Suggestion.nearest(name, plans).map((nearest) -> "Did you mean '" + nearest + "'? ").orElse("")
								+ "Its plans are " + String.join(", ", new TreeSet<>(plans))
								+ "; write null for the limit's own rate, or add a rate below " + property + ".plans.");
			}
		}
	}

	/**
	 * Checks that a constant cost fits settings that change while the application runs.
	 * @param settings the settings of a limit
	 * @throws InvalidConfigurationException if every call would be refused
	 */
	public void checkCosts(LimitSettings settings) {
		LimitDefinition definition = find(settings.limit().name());
		if (definition != null) {
			checkCost(definition.cost(), settings.limit(), settings.plans());
		}
	}

	private static void checkCost(@Nullable Expression<Long> cost, Limit limit, Map<String, Limit> plans) {
		if (cost != null) {
			checkConstant(cost.text().strip(), limit, "");
			plans.forEach((plan, other) -> checkConstant(cost.text().strip(), other, " on plan '" + plan + "'"));
		}
	}

	private static void checkConstant(String cost, Limit limit, String plan) {
		try {
			if (new BigDecimal(cost).compareTo(BigDecimal.valueOf(limit.capacity())) > 0) {
				throw new InvalidConfigurationException(PREFIX + limit.name() + ".cost", cost,
						"is more than the limit '" + limit.name() + "' can ever hold" + plan + ", which is "
								+ limit.capacity() + " permits: every call would be refused",
						limit.isConcurrency() ? "Lower the cost, or raise max-concurrent."
								: "Lower the cost, or raise the burst of the limit's smallest rate.");
			}
		}
		catch (NumberFormatException ex) {
			return;
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

	private @Nullable Duration lease(Limit limit, @Nullable Duration lease) {
		if (lease == null) {
			return null;
		}
		String property = PREFIX + limit.name() + ".lease";
		if (this.properties.store() != RateLimitProperties.Store.REDIS) {
			throw new InvalidConfigurationException(property, DurationText.of(lease),
					"applies to permits that instances share, but ratelimit.store is memory",
					"Remove it, or write ratelimit.store: redis.");
		}
		if (limit.algorithm() != Algorithm.TOKEN_BUCKET || limit.isPaced()) {
			throw new InvalidConfigurationException(property, DurationText.of(lease),
					"takes permits in advance, which only a token bucket without max-wait supports: the limit '"
							+ limit.name() + "' is "
							+ (limit.isPaced() ? "one with max-wait"
									: (limit.isConcurrency() ? "one of calls at once" : "a " + limit.algorithm())),
					"Remove it.");
		}
		if (limit.capacity() < LEAST_CAPACITY_OF_A_LEASE) {
			throw new InvalidConfigurationException(property, DurationText.of(lease),
					"would be of no use: the limit '" + limit.name() + "' holds at most " + limit.capacity()
							+ " permits, and an instance takes no more than an eighth of what is left in advance",
					"Remove it. It needs a limit that holds at least " + LEAST_CAPACITY_OF_A_LEASE + " permits.");
		}
		return lease;
	}

	private static @Nullable Penalty penalty(String name, List<KeyExpression> keys, @Nullable String text) {
		if (text == null) {
			return null;
		}
		String property = PREFIX + name + ".ban-after";
		Penalty penalty;
		try {
			penalty = Penalty.parse(text);
		}
		catch (InvalidRateException ex) {
			throw new InvalidConfigurationException(property, ex.value(), ex.problem(), ex.remedy());
		}
		if (keys.stream().anyMatch((key) -> key.source().kind().equals(Key.GLOBAL_KIND))) {
			throw new InvalidConfigurationException(property, text.strip(),
					"would ban all callers at once: the limit has global among its keys",
					"Remove it, or count by a key that distinguishes callers.");
		}
		if (name.length() > Penalty.MAX_NAME_LENGTH) {
			throw new InvalidConfigurationException(property, text.strip(),
					"needs a limit with a shorter name, because refusals and bans are counted under names derived from it",
					"Shorten the limit's name to at most " + Penalty.MAX_NAME_LENGTH + " characters.");
		}
		return penalty;
	}

	private String meant(String name) {
		return this.names.isDeclared(name) ? ""
				: this.names.nearest(name)
					.map((nearest) -> " Only environment variables name the limit '" + name + "': did you mean '"
							+ nearest + "'?")
					.orElse("");
	}

	private static String indexed(String property, List<?> list, int index) {
		return (list.size() > 1) ? property + "[" + index + "]" : property;
	}

	/**
	 * Registers the limits.
	 * @param registry the registry, also one of the application's own
	 */
	public void registerIn(LimitRegistry registry) {
		int ipv6Prefix = this.properties.http().ipv6Prefix();
		registry.setAddressForm((address) -> IpAddressText.canonicalOrSame(address, ipv6Prefix));
		forEach((definition) -> definition.registerIn(registry));
	}

	/**
	 * Returns how the limits find keys, costs and plans.
	 * @param registry where the limits are registered
	 * @param resolvers finds the source of callers' plans
	 * @param others the policies of other names
	 * @return the limits' policies and the others
	 */
	public LimitPolicies policiesIn(LimitRegistry registry, PlanResolvers resolvers, List<LimitPolicy> others) {
		List<LimitPolicy> policies = new ArrayList<>(others);
		forEach((definition) -> policies.add(definition.policyIn(registry, resolvers)));
		return new LimitPolicies(policies);
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
