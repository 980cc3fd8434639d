package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.InvalidRateException;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitRegistry;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.autoconfigure.RateLimitProperties.LimitProperties;
import io.github.ratelimit.expression.CostExpression;
import io.github.ratelimit.expression.ExpressionCompiler;
import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.expression.KeyExpression;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The limits of the configuration, parsed once.
 */
final class LimitDefinitions implements Iterable<LimitDefinition> {

	private static final String PREFIX = "ratelimit.limits.";

	private static final String WHAT_KEYS_ARE = "Write whose calls are counted: for example header('X-API-Key'), user or ip, "
			+ "or global where everybody shares. ";

	/**
	 * An instance takes at most an eighth of what is left: of less it is not worth it.
	 */
	private static final long LEAST_CAPACITY_OF_A_LEASE = 100;

	private final Map<String, LimitDefinition> byName = new LinkedHashMap<>();

	private final RateLimitProperties properties;

	private final LimitNames names;

	private final ExpressionCompiler compiler;

	/**
	 * Parses the limits.
	 * @param properties the bound properties
	 * @param names how the limits' names are spelled
	 * @param compiler parses keys and costs
	 * @throws InvalidConfigurationException for the first value that cannot be
	 */
	LimitDefinitions(RateLimitProperties properties, LimitNames names, ExpressionCompiler compiler) {
		this.properties = properties;
		this.names = names;
		this.compiler = compiler;
		Map<String, LimitProperties> limits = properties.getLimits();
		limits.forEach((key, limit) -> {
			String name = names.spelled(key);
			// Boot has a second limit for the name that an environment variable spells
			if (name.equals(key) || !limits.containsKey(name)) {
				this.byName.put(name, define(name, limit));
			}
		});
	}

	private LimitDefinition define(String name, LimitProperties properties) {
		Limit limit = Limit.named(name)
			.rates(rates(name, properties.getRate()))
			.costed(properties.getCost() != null || properties.getSettle() != null)
			.build();
		List<KeyExpression> keys = keys(name, properties.getKey());
		CostExpression cost = cost(limit, properties.getCost());
		OnStoreFailure own = properties.getOnStoreFailure();
		return new LimitDefinition(limit, keys, properties.getOnMissingKey(), cost,
				AfterResponses.read(this.compiler, limit, properties), properties.isHideHeaders(),
				(own != null) ? own : this.properties.getOnStoreFailure(), lease(limit, properties.getLease()));
	}

	private List<Rate> rates(String name, List<String> texts) {
		String property = PREFIX + name + ".rate";
		List<Rate> rates = new ArrayList<>();
		for (int i = 0; i < texts.size(); i++) {
			try {
				rates.addAll(Rate.parseAll(texts.get(i)));
			}
			catch (InvalidRateException ex) {
				throw new InvalidConfigurationException(indexed(property, texts, i), ex.value(), ex.problem(),
						isNumber(ex.value()) ? ex.remedy() + " If it is written otherwise, put it in quotes: "
								+ "YAML reads a plain 5:30 as the number 330." : ex.remedy());
			}
		}
		if (rates.isEmpty()) {
			throw new InvalidConfigurationException(property, "", "is missing or empty",
					"Write how many calls in how much time, for example 10/min." + meant(name));
		}
		return rates;
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
				WHAT_KEYS_ARE + "A limit without a key would silently share one bucket among all callers. "
						+ "In YAML, 'key: #id' is an empty key and a comment." + meant(name));
	}

	private KeyExpression key(String property, String text) {
		try {
			return this.compiler.requestKey(text);
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

	private @Nullable CostExpression cost(Limit limit, @Nullable String text) {
		if (text == null) {
			return null;
		}
		String property = PREFIX + limit.name() + ".cost";
		if (text.isBlank()) {
			throw new InvalidConfigurationException(property, "", "is empty",
					"Write how many permits a call costs, as a number or an expression, or remove it for 1.");
		}
		try {
			CostExpression cost = this.compiler.requestCost(text);
			checkConstant(property, text.strip(), limit);
			return cost;
		}
		catch (InvalidExpressionException ex) {
			throw new InvalidConfigurationException(property, text, ex.problem(), ex.remedy());
		}
	}

	private static void checkConstant(String property, String text, Limit limit) {
		try {
			if (new BigDecimal(text).compareTo(BigDecimal.valueOf(limit.capacity())) > 0) {
				throw new InvalidConfigurationException(property, text,
						"is more than the limit '" + limit.name() + "' can ever hold, which is " + limit.capacity()
								+ " permits: every call would be refused",
						"Lower the cost, or raise the burst of the limit's smallest rate.");
			}
		}
		catch (NumberFormatException ex) {
			return;
		}
	}

	private @Nullable Duration lease(Limit limit, @Nullable Duration lease) {
		if (lease == null) {
			return null;
		}
		String property = PREFIX + limit.name() + ".lease";
		if (this.properties.getStore() != RateLimitProperties.Store.REDIS) {
			throw new InvalidConfigurationException(property, DurationText.of(lease),
					"is for permits that instances share, but ratelimit.store is memory: there is nothing to save",
					"Remove it, or write ratelimit.store: redis.");
		}
		if (limit.capacity() < LEAST_CAPACITY_OF_A_LEASE) {
			throw new InvalidConfigurationException(property, DurationText.of(lease),
					"would be of no use: the limit '" + limit.name() + "' holds at most " + limit.capacity()
							+ " permits, and an instance takes no more than an eighth of what is left in advance",
					"Remove it. It needs a limit that holds at least " + LEAST_CAPACITY_OF_A_LEASE + " permits.");
		}
		return lease;
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

	private static boolean isNumber(String text) {
		return !text.isEmpty() && text.chars().allMatch((c) -> c >= '0' && c <= '9');
	}

	/** Registers the limits, also in a registry of the application's own. */
	void registerIn(LimitRegistry registry) {
		forEach((definition) -> definition.registerIn(registry));
	}

	/** Returns the names of the limits that headers and bodies are silent about. */
	Set<String> hidden() {
		Set<String> hidden = new HashSet<>();
		for (LimitDefinition definition : this) {
			if (definition.hideHeaders()) {
				hidden.add(definition.limit().name());
			}
		}
		return hidden;
	}

	/** Returns a limit of the configuration, null if it has none of that name. */
	@Nullable LimitDefinition find(String name) {
		return this.byName.get(name);
	}

	/** Returns what a limit does while its store fails, also one of an annotation. */
	OnStoreFailure onStoreFailure(String name) {
		LimitDefinition definition = find(name);
		return (definition != null) ? definition.onStoreFailure() : this.properties.getOnStoreFailure();
	}

	@Override
	public Iterator<LimitDefinition> iterator() {
		return this.byName.values().iterator();
	}

}
