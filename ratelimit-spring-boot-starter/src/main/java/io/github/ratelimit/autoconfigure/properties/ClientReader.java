package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.InvalidRateException;
import io.github.ratelimit.Rate;
import io.github.ratelimit.autoconfigure.properties.LimitNames.Kind;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties.ClientProperties;
import io.github.ratelimit.client.ClientSettings;
import io.github.ratelimit.client.ClientSettings.KeyPart;
import io.github.ratelimit.client.ClientSettings.ModelSettings;
import io.github.ratelimit.client.ClientSettings.RetryPolicy;
import io.github.ratelimit.client.UrlPattern;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.provider.dialect.ClientDialect;
import io.github.ratelimit.provider.dialect.Dialects;
import io.github.ratelimit.provider.dialect.Dimension;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.env.Environment;

/** Reads the clients under {@code ratelimit.clients}. */
public final class ClientReader {

	private static final String PREFIX = "ratelimit.clients.";

	private static final String RATES = "Write for example 500/min.";

	private static final String PARTS = "Write a part such as 10%.";

	private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

	private final RateLimitProperties properties;

	private final PropertiesCheck check;

	private final Environment environment;

	private final Dialects dialects;

	/**
	 * Prepares to parse the clients.
	 * @param properties the bound properties
	 * @param check has the properties as they are spelled
	 * @param environment resolves placeholders
	 * @param dialects the dialects that there are
	 */
	public ClientReader(RateLimitProperties properties, PropertiesCheck check, Environment environment,
			Dialects dialects) {
		this.properties = properties;
		this.check = check;
		this.environment = environment;
		this.dialects = dialects;
	}

	/**
	 * Parses the clients.
	 * @return their settings, in the order of the configuration
	 * @throws InvalidConfigurationException for the first value that cannot be
	 */
	public List<ClientSettings> read() {
		LimitNames names = this.check.names(Kind.CLIENT);
		Map<String, ClientProperties> bound = new LinkedHashMap<>(this.properties.clients());
		ModelNames models = new ModelNames(this.check.properties());
		models.clients().forEach((name) -> bound.computeIfAbsent(names.spelled(name), (own) -> defaults()));
		List<ClientSettings> clients = new ArrayList<>();
		bound.forEach((name, client) -> clients.add(read(name, client, models)));
		return clients;
	}

	/** Boot does not see a client that has only models with dots in their names. */
	private static ClientProperties defaults() {
		return new Binder().bindOrCreate("client", ClientProperties.class);
	}

	private ClientSettings read(String name, ClientProperties client, ModelNames models) {
		checkName(name);
		GovernorSettings settings = settings(PREFIX + name, client);
		List<UrlPattern> match = new ArrayList<>();
		for (int i = 0; i < client.match().size(); i++) {
			match.add(parsed(PREFIX + name + ".match[" + i + "]", client.match().get(i), UrlPattern::parse,
					"is not a pattern of addresses", null));
		}
		if (client.key().isEmpty()) {
			throw new InvalidConfigurationException(PREFIX + name + ".key", "", "is empty",
					"Write credential, model or host, or several of them.");
		}
		return new ClientSettings(name, match, dialect(name, client.dialect()), client.key(), settings,
				models(name, models, client), retry(name, client.retry()));
	}

	private void checkName(String name) {
		if (this.properties.limits().containsKey(name)) {
			throw new InvalidConfigurationException(PREFIX + name, "",
					"has the name of a limit, but clients and limits share one namespace",
					"Give the client or ratelimit.limits." + name + " another name.");
		}
	}

	private @Nullable ClientDialect dialect(String name, String text) {
		return text.strip().equals("auto") ? null
				: parsed(PREFIX + name + ".dialect", text, this.dialects::byName, "is not a known dialect", null);
	}

	/**
	 * Parses a text.
	 * @param remedy what to write instead, null if the parser's own message says it
	 */
	private static <T> T parsed(String property, String text, Function<String, T> parser, String problem,
			@Nullable String remedy) {
		try {
			return parser.apply(text.strip());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationException(property, text, problem,
					(remedy != null) ? remedy : String.valueOf(ex.getMessage()));
		}
	}

	private GovernorSettings settings(String prefix, ClientProperties client) {
		List<ConfiguredQuota> quotas = new ArrayList<>();
		add(quotas, Dimension.REQUESTS, prefix + ".requests", client.requests());
		add(quotas, Dimension.TOKENS, prefix + ".tokens", client.tokens());
		add(quotas, Dimension.INPUT_TOKENS, prefix + ".input-tokens", client.inputTokens());
		add(quotas, Dimension.OUTPUT_TOKENS, prefix + ".output-tokens", client.outputTokens());
		boolean reports = !client.dialect().strip().equals("none");
		return new GovernorSettings(quotas, reports, maxConcurrent(prefix, client.maxConcurrent()), client.maxWaiting(),
				client.maxWait(), part(prefix + ".reserve", client.reserve(), "90"),
				GovernorSettings.DEFAULTS.longestGate(), client.mode());
	}

	private static int maxConcurrent(String prefix, @Nullable Integer number) {
		if (number != null && number < 1) {
			throw new InvalidConfigurationException(prefix + ".max-concurrent", number.toString(), "is not positive",
					"Write how many calls may be in flight, or remove it.");
		}
		return Objects.requireNonNullElse(number, Integer.MAX_VALUE);
	}

	private static void add(List<ConfiguredQuota> quotas, Dimension dimension, String property, @Nullable String text) {
		if (text == null) {
			return;
		}
		try {
			Rate rate = Rate.parse(text);
			if (rate.burst() != rate.permits()) {
				throw new InvalidConfigurationException(property, text,
						"has a burst, which a provider's quota does not have", RATES);
			}
			quotas.add(new ConfiguredQuota(dimension, rate.permits(), rate.period()));
		}
		catch (InvalidRateException ex) {
			throw new InvalidConfigurationException(property, ex.value(), ex.problem(), ex.remedy());
		}
	}

	private List<ModelSettings> models(String name, ModelNames models, ClientProperties client) {
		Map<String, Map<String, String>> all = models.of(name, this.environment::resolvePlaceholders);
		if (!all.isEmpty() && !client.key().contains(KeyPart.MODEL)) {
			throw new InvalidConfigurationException(PREFIX + name + ".models", all.keySet().iterator().next(),
					"has settings of its own, but the client does not count by model",
					"Add model to " + PREFIX + name + ".key, or remove the models.");
		}
		return all.entrySet().stream().map((model) -> {
			String prefix = PREFIX + name + ".models." + model.getKey();
			return new ModelSettings(model.getKey(), settings(prefix, model(prefix, model.getValue(), client)));
		}).toList();
	}

	/** A model without a setting has that of the client. */
	private static ClientProperties model(String prefix, Map<String, String> texts, ClientProperties client) {
		String concurrent = texts.get("max-concurrent");
		String wait = texts.get("max-wait");
		return new ClientProperties(client.match(), client.dialect(), client.key(),
				texts.getOrDefault("requests", client.requests()), texts.getOrDefault("tokens", client.tokens()),
				texts.getOrDefault("input-tokens", client.inputTokens()),
				texts.getOrDefault("output-tokens", client.outputTokens()),
				(concurrent != null) ? parsed(prefix + ".max-concurrent", concurrent, Integer::valueOf,
						"is not a whole number", "Write for example 50.") : client.maxConcurrent(),
				(wait != null) ? parsed(prefix + ".max-wait", wait, DurationStyle::detectAndParse, "is not a duration",
						"Write for example 30s.") : client.maxWait(),
				client.maxWaiting(), client.reserve(), client.mode(), client.models(), client.retry());
	}

	private static RetryPolicy retry(String name, ClientProperties.Retry retry) {
		String prefix = PREFIX + name + ".retry";
		return new RetryPolicy(retry.maxAttempts(), part(prefix + ".budget", retry.budget(), "100"));
	}

	private static double part(String property, String text, String most) {
		String number = text.strip();
		try {
			BigDecimal part = number.endsWith("%") ? new BigDecimal(number.substring(0, number.length() - 1).strip())
					: new BigDecimal(number).multiply(HUNDRED);
			if (part.signum() < 0 || part.compareTo(new BigDecimal(most)) > 0) {
				throw new InvalidConfigurationException(property, text, "is not between 0% and " + most + "%", PARTS);
			}
			return part.divide(HUNDRED).doubleValue();
		}
		catch (NumberFormatException ex) {
			throw new InvalidConfigurationException(property, text, "is not a percentage", PARTS);
		}
	}

}
