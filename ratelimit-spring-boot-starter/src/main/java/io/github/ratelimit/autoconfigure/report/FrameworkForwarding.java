package io.github.ratelimit.autoconfigure.report;

import io.github.ratelimit.Key;
import io.github.ratelimit.autoconfigure.properties.LimitDefinition;
import io.github.ratelimit.autoconfigure.properties.LimitDefinitions;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.LimitPolicy.OnMissingKey;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.method.LimitedMethodRegistry;
import io.github.ratelimit.registry.KeySource;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Warns of limits by address if Spring's own filter determines the address: it uses
 * {@code Forwarded} first, and of {@code X-Forwarded-For} the leftmost entry, which the
 * client has written unless the proxy removed it. The context is refreshed only after all
 * annotated methods are bound.
 */
public final class FrameworkForwarding implements ApplicationListener<ContextRefreshedEvent> {

	private static final String PROPERTY = "server.forward-headers-strategy";

	private static final Log logger = LogFactory.getLog(FrameworkForwarding.class);

	private final ApplicationContext context;

	private final LimitDefinitions limits;

	private final List<RateLimitProperties.Http.Rule> rules;

	private final ExpressionParser expressions;

	/**
	 * Creates it.
	 * @param context the application's context
	 * @param limits the limits of the configuration
	 * @param rules the rules of the configuration
	 * @param expressions reads the conditions of rules
	 */
	public FrameworkForwarding(ApplicationContext context, LimitDefinitions limits,
			List<RateLimitProperties.Http.Rule> rules, ExpressionParser expressions) {
		this.context = context;
		this.limits = limits;
		this.rules = rules;
		this.expressions = expressions;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		String strategy = this.context.getEnvironment().getProperty(PROPERTY, "");
		if (event.getApplicationContext() != this.context || !strategy.strip().equalsIgnoreCase("framework")) {
			return;
		}
		List<String> byAddress = byAddress();
		if (!byAddress.isEmpty()) {
			logger.warn(PROPERTY + " is framework, and these count or exempt calls by the client's address, if only "
					+ "where another key is missing: " + String.join(", ", byAddress) + ". Clients choose that address "
					+ "unless the proxy removes Forwarded and overwrites X-Forwarded-For: see that it does, or behind "
					+ "a proxy in a private network write native [RL521]");
		}
	}

	private List<String> byAddress() {
		List<String> byAddress = new ArrayList<>();
		for (LimitDefinition limit : this.limits) {
			if (countsByAddress(limit) || selectsByAddress(limit)) {
				byAddress.add(limit.name());
			}
		}
		this.rules.stream().filter(this::exemptsByAddress).forEach((rule) -> byAddress.add("rule " + rule.path()));
		LimitPolicies policies = this.context.getBean(LimitPolicies.class);
		this.context.getBeanProvider(LimitedMethodRegistry.class)
			.ifAvailable((methods) -> methods
				.methodsWith((policy) -> policy.looksAtAddress() && !isConfigured(policy, policies))
				.forEach((method) -> byAddress.add("method " + method)));
		return byAddress;
	}

	private static boolean countsByAddress(LimitDefinition limit) {
		KeySource last = limit.keys().get(limit.keys().size() - 1).source();
		return limit.keys().stream().anyMatch((key) -> key.inputs().address())
				|| (limit.onMissingKey() == OnMissingKey.IP && !last.kinds().contains(Key.GLOBAL_KIND));
	}

	private static boolean selectsByAddress(LimitDefinition limit) {
		Expression<?> unless = limit.unless();
		Expression<?> plan = limit.plan();
		Expression.Inputs exempts = (unless != null) ? unless.inputs() : Expression.Inputs.NONE;
		Expression.Inputs selects = (plan != null) ? plan.inputs() : Expression.Inputs.NONE;
		return exempts.address() || selects.address();
	}

	private boolean exemptsByAddress(RateLimitProperties.Http.Rule rule) {
		String unless = rule.unless();
		return unless != null && !unless.isBlank() && this.expressions.requestExemption(unless).inputs().address();
	}

	/** A method that applies a limit of the configuration as it is needs no mention. */
	private static boolean isConfigured(LimitPolicy policy, LimitPolicies policies) {
		String name = policy.registered().name();
		return policies.names().contains(name) && policies.get(name).equals(policy);
	}

}
