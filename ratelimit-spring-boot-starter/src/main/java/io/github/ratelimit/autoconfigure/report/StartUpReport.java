package io.github.ratelimit.autoconfigure.report;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.autoconfigure.properties.DurationText;
import io.github.ratelimit.autoconfigure.properties.LimitDefinition;
import io.github.ratelimit.autoconfigure.properties.LimitDefinitions;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.expression.AfterResponse;
import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.LimitPolicy.OnMissingKey;
import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.LimitStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Logs the limits and what they are bound to once, at start-up. The context is refreshed
 * only after all rules and annotated methods are bound.
 */
public final class StartUpReport implements ApplicationListener<ContextRefreshedEvent> {

	private static final Log logger = LogFactory.getLog(StartUpReport.class);

	private static final String FILTER = "rateLimitBeforeSecurityFilter";

	private static final AfterResponse NOTHING_AFTER = new AfterResponse(null, null);

	private final ApplicationContext context;

	private final LimitRegistry registry;

	private final LimitStore store;

	private final KillSwitch killSwitch;

	private final RateLimitProperties properties;

	private final LimitDefinitions definitions;

	private final @Nullable String waitingThreads;

	/**
	 * Creates it.
	 * @param context the application's context
	 * @param registry all limits
	 * @param store counts them
	 * @param killSwitch whether and how they are enforced
	 * @param properties the bound properties
	 * @param definitions the limits of the configuration
	 * @param waitingThreads how many request threads queued calls may hold, null if there
	 * are none
	 */
	public StartUpReport(ApplicationContext context, LimitRegistry registry, LimitStore store, KillSwitch killSwitch,
			RateLimitProperties properties, LimitDefinitions definitions, @Nullable String waitingThreads) {
		this.context = context;
		this.registry = registry;
		this.store = store;
		this.killSwitch = killSwitch;
		this.properties = properties;
		this.definitions = definitions;
		this.waitingThreads = waitingThreads;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		if (event.getApplicationContext() == this.context) {
			write();
			if (this.context.containsBean(FILTER)) {
				HttpWarnings.ofForwardedAddresses(this.context);
			}
		}
	}

	private void write() {
		if (!this.killSwitch.isEnabled()) {
			logger.warn("The limits are switched off: ratelimit.enabled is false, and every call is allowed [RL501]");
		}
		else if (this.killSwitch.mode() == LimitMode.SHADOW) {
			logger.warn("The limits are in shadow mode: ratelimit.mode is shadow, so what they refuse is counted, and "
					+ "every call is let through [RL502]");
		}
		this.registry.all().forEach(this::write);
		if (this.registry.all().isEmpty() && this.properties.clients().isEmpty()) {
			logger.warn("There are no limits, so nothing is limited. Write them below ratelimit.limits, "
					+ "for example ratelimit.limits.everyone.rate: 1000/min and ratelimit.limits.everyone.key: global "
					+ "[RL503]");
		}
		int rules = this.properties.http().rules().size();
		if (rules > 0 && !this.context.containsBean(FILTER) && !PartialApplication.is(this.context)) {
			logger.warn("The rules of ratelimit.http.rules (" + rules + ") limit nothing: "
					+ "they need the filter of a servlet web application, and there is none. Put @RateLimited on the "
					+ "methods that serve the requests [RL505]");
		}
	}

	private void write(RegisteredLimit registered) {
		List<String> boundTo = registered.boundTo();
		LimitDefinition definition = this.definitions.find(registered.name());
		logger.info(describe(registered, definition, boundTo));
		if (definition != null) {
			warnOfChosen(definition);
		}
		warnOfUselessLease(registered);
		String name = registered.name();
		if (boundTo.isEmpty() && !isInRule(name) && !isLazy() && !PartialApplication.is(this.context)) {
			String rule = this.context.containsBean(FILTER)
					? "a rule (ratelimit.http.rules[0].limits: " + name + ") or by " : "";
			logger.warn("Limit '" + name
					+ "' is not bound to a path or a method: it limits only code that calls RateLimiter with its name. "
					+ "Bind it by " + rule + "@RateLimited(\"" + name + "\") on a method [RL504]");
		}
	}

	/** A rule binds its limits unless nothing reads the rules, which is one warning. */
	private boolean isInRule(String name) {
		return this.properties.http().rules().stream().anyMatch((rule) -> rule.limits().contains(name));
	}

	/** The limits of beans that are created on demand are not known yet. */
	private boolean isLazy() {
		return this.context.getEnvironment().getProperty("spring.main.lazy-initialization", Boolean.class, false);
	}

	private String describe(RegisteredLimit registered, @Nullable LimitDefinition definition, List<String> boundTo) {
		List<String> parts = new ArrayList<>();
		LimitSettings settings = registered.settings();
		List<String> keys = registered.keySources().stream().map(KeySource::expression).toList();
		Expression<@Nullable String> plan = (definition != null) ? definition.plan() : null;
		parts.add(text(registered.limit()));
		add(parts, "", registered.limit().isPaced() ? this.waitingThreads : null);
		add(parts, "key ", keys.isEmpty() ? null : String.join(", else ", keys));
		if (definition != null) {
			AfterResponse after = Objects.requireNonNullElse(definition.afterResponse(), NOTHING_AFTER);
			add(parts, "on missing key ",
					(definition.onMissingKey() != OnMissingKey.IP) ? text(definition.onMissingKey()) : null);
			add(parts, "cost ", definition.cost());
			add(parts, "settled by ", (after.settle() != null) ? after.settle().text() : null);
			add(parts, "counts when ", (after.countWhen() != null) ? after.countWhen().text() : null);
		}
		if (!settings.plans().isEmpty()) {
			parts.add("plans " + text(settings.plans()) + " by " + ((plan != null) ? plan.text() : "PlanResolver"));
		}
		add(parts, "unless ", (definition != null && definition.unless() != null) ? definition.unless().text() : null);
		add(parts, "bans after ", settings.penalty());
		add(parts, "in shadow mode: ", (settings.mode() == LimitMode.SHADOW) ? "refuses nothing" : null);
		add(parts, "store ", this.store.type() + (this.store.type().equals("redis") ? sharing(settings) : ""));
		add(parts, "bound to ", boundTo.isEmpty() ? "nothing" : String.join(", ", boundTo));
		return "Limit '" + registered.name() + "': " + String.join("; ", parts);
	}

	private static void add(List<String> parts, String label, @Nullable Object value) {
		if (value != null) {
			parts.add(label + value);
		}
	}

	private static void warnOfChosen(LimitDefinition definition) {
		Expression<@Nullable String> plan = definition.plan();
		if (plan != null && plan.inputs().chosenByClient()) {
			logger.warn("Limit '" + definition.name() + "' takes the plan of a call from " + plan.text()
					+ ", so callers can choose the one that suits them. Take it from a verified claim, or from a bean of "
					+ "type PlanResolver [RL511]");
		}
		Expression<Boolean> unless = definition.unless();
		if (unless != null) {
			LimitPolicy.warnIfChosenByClient("Limit '" + definition.name() + "'", unless);
		}
	}

	private static void warnOfUselessLease(RegisteredLimit registered) {
		LimitSettings settings = registered.settings();
		if (settings.lease() != null && settings.penalty() != null) {
			logger.warn("Limit '" + registered.name()
					+ "' has a lease without effect, because its keys can be banned (ban-after): each call asks Redis "
					+ "whether its key is. Remove ratelimit.limits." + registered.name()
					+ ".lease, or ban-after [RL514]");
		}
	}

	private String sharing(LimitSettings settings) {
		Duration lease = settings.lease();
		OnStoreFailure own = settings.onStoreFailure();
		return ", deadline " + DurationText.of(this.properties.redis().deadline()) + ", on store failure "
				+ text((own != null) ? own : this.properties.onStoreFailure())
				+ ((lease != null) ? ", lease " + DurationText.of(lease) : "");
	}

	/** Returns for example {@code sliding-window of 20 segments 10/min}. */
	private static String text(Limit limit) {
		if (limit.isConcurrency()) {
			return quotas(limit);
		}
		return limit.algorithm()
				+ ((limit.algorithm() == Algorithm.SLIDING_WINDOW) ? " of " + limit.segments() + " segments " : " ")
				+ quotas(limit) + (limit.isPaced() ? ", waits up to " + DurationText.of(limit.maxWait()) + " ("
						+ limit.maxWaiting() + " calls at a time)" : "");
	}

	/** Returns for example {@code free 5/min, pro 600/min}. */
	private static String text(Map<String, Limit> plans) {
		return new TreeMap<>(plans).entrySet()
			.stream()
			.map((plan) -> plan.getKey() + " " + quotas(plan.getValue()))
			.collect(Collectors.joining(", "));
	}

	private static String quotas(Limit limit) {
		return limit.isConcurrency() ? limit.capacity() + " at once"
				: limit.rates().stream().map(Rate::toString).collect(Collectors.joining(", "));
	}

	private static String text(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

}
