package io.github.ratelimit.autoconfigure.report;

import io.github.ratelimit.Key;
import io.github.ratelimit.autoconfigure.properties.LimitDefinitions;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.LimitPolicy.OnMissingKey;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.method.LimitedMethodRegistry;
import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.web.path.Rule;
import io.github.ratelimit.web.path.RulePhase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.util.StringUtils;

/**
 * Warns of rules that limit less than they seem to, of header styles without content, and
 * of addresses that clients can choose.
 */
public final class HttpWarnings {

	private static final Set<String> WITH_BODIES = Set.of("POST", "PUT", "PATCH");

	private static final Pattern PARAMETER = Pattern.compile("\\bparam\\s*\\(");

	private static final String FORWARDING = "server.forward-headers-strategy";

	private static final Log logger = LogFactory.getLog(HttpWarnings.class);

	private HttpWarnings() {
	}

	/**
	 * Warns of the rules of the configuration.
	 * @param rules the rules
	 * @param properties the same rules as they are configured
	 * @param secured whether Spring Security determines the authenticated user
	 */
	public static void ofRules(List<Rule> rules, List<RateLimitProperties.Http.Rule> properties, boolean secured) {
		for (int i = 0; i < rules.size(); i++) {
			Rule rule = rules.get(i);
			String name = "ratelimit.http.rules[" + i + "]";
			warnOfForms(rule);
			warnOfInventedKeys(name, rule, rules);
			if (properties.get(i).when() == RulePhase.AUTO && secured) {
				warnOfLaterLimits(name, rule);
				askAboutBeans(name, rule);
			}
		}
		rules.stream()
			.flatMap((rule) -> rule.policies().stream())
			.map(LimitPolicy::registered)
			.distinct()
			.forEach((limit) -> warnOfUselessLease(limit, rules));
		if (!secured) {
			rules.stream().flatMap((rule) -> rule.policies().stream()).distinct().forEach(HttpWarnings::warnOfNobody);
		}
	}

	/** Several limits are decided together in Redis, where no permits are taken ahead. */
	private static void warnOfUselessLease(RegisteredLimit limit, List<Rule> rules) {
		boolean neverAlone = rules.stream()
			.map((rule) -> rule.policies().stream().map(LimitPolicy::registered).collect(Collectors.toSet()))
			.noneMatch((limits) -> limits.equals(Set.of(limit)));
		if (limit.settings().lease() != null && neverAlone) {
			logger.warn("Limit '" + limit.name()
					+ "' has a lease without effect in its rules, because each of them names other limits too: permits are "
					+ "taken in advance only for calls that have one limit. Remove ratelimit.limits." + limit.name()
					+ ".lease, or let the limit apply to its paths alone [RL515]");
		}
	}

	private static void warnOfNobody(LimitPolicy limit) {
		if (limit.looksAtSecurity()) {
			logger.warn("Limit '" + limit.registered().name()
					+ "' reads the authenticated caller (user, claim, hasRole, "
					+ "hasAuthority), but Spring Security is not on the class path: no caller is ever authenticated, so no "
					+ "call has such a value. Add org.springframework.boot:spring-boot-starter-security, or use "
					+ "other values, such as ip [RL520]");
		}
	}

	/**
	 * A form's fields would have to be read from the body, which only the application
	 * should read.
	 */
	private static void warnOfForms(Rule rule) {
		if (!rule.methods().isEmpty() && rule.methods().stream().noneMatch(WITH_BODIES::contains)) {
			return;
		}
		for (LimitPolicy limit : rule.policies()) {
			List<String> texts = limit.expressions().stream().filter((text) -> PARAMETER.matcher(text).find()).toList();
			if (!texts.isEmpty()) {
				String name = limit.registered().name();
				logger.warn("Limit '" + name + "' reads " + String.join(", ", texts) + ", and rule '" + rule
						+ "' is also about requests with bodies: param(...) reads the query string and never the fields of "
						+ "a form, so a form has no such value, and a key without one is the next key, or what "
						+ "on-missing-key says (the address). To count by a field, annotate the controller's method: "
						+ "@RateLimited(value = \"" + name + "\", key = \"#field\")"
						+ (rule.methods().isEmpty() ? ". If only query strings are meant, write methods: GET" : "")
						+ " [RL518]");
			}
		}
	}

	/**
	 * One limit moves all others of its rule behind Spring Security, since they are all
	 * or nothing.
	 */
	private static void warnOfLaterLimits(String name, Rule rule) {
		String others = names(rule, false);
		if (rule.phase() == RulePhase.AFTER_SECURITY && !others.isEmpty()) {
			logger.warn("Rule '" + rule + "' (" + name + ") applies after Spring Security, because it has limits that "
					+ "read the authenticated caller: " + names(rule, true)
					+ ". So its other limits do not count calls that "
					+ "Spring Security refuses, such as guesses of passwords: " + others + ". To count those too, name "
					+ "them in a rule of their own; if it is meant so, write " + name
					+ ".when: after-security [RL519]");
		}
	}

	/**
	 * A client that invents a value for each call is never limited by it. After Spring
	 * Security the value may have been verified.
	 */
	private static void warnOfInventedKeys(String name, Rule rule, List<Rule> rules) {
		List<String> limits = rule.policies()
			.stream()
			.filter((limit) -> limit.firstKey().isChosenByClient())
			.map((limit) -> limit.registered().name())
			.toList();
		boolean bounded = rules.stream()
			.filter((other) -> other == rule || other.overlaps(rule))
			.flatMap((other) -> other.policies().stream())
			.anyMatch((limit) -> limit.firstKey().isIdentity());
		if (!limits.isEmpty() && !bounded && rule.phase() == RulePhase.BEFORE_SECURITY) {
			logger.warn("Rule '" + rule + "' limits calls only by what clients send, in " + String.join(", ", limits)
					+ ": a client that sends a new value with each call is never refused. Add a limit by address "
					+ "beside it, for example ratelimit.limits.address.rate: 300/min and "
					+ "ratelimit.limits.address.key: ip, and write limits: address, " + String.join(", ", limits)
					+ "; if a filter has verified the value by then, write " + name + ".when: after-security [RL516]");
		}
	}

	/** Guessing either way would be wrong for some bean, so the application states it. */
	private static void askAboutBeans(String name, Rule rule) {
		for (LimitPolicy limit : rule.policies()) {
			Set<String> beans = limit.undeclaredBeans();
			if (rule.phase() == RulePhase.BEFORE_SECURITY && !beans.isEmpty()) {
				String bean = beans.iterator().next();
				logger.warn("Limit '" + limit.registered().name() + "' calls "
						+ ((beans.size() == 1) ? "the bean " : "the beans ") + String.join(", ", beans)
						+ ", and nothing states whether it reads the security context. Rule '" + rule
						+ "' applies before Spring Security, where no caller is authenticated. Put "
						+ "@ReadsSecurityContext on the class or the called method of " + bean
						+ " if it does, and @ReadsSecurityContext(false) if it does not; or write " + name
						+ ".when: after-security or before-security [RL513]");
			}
		}
	}

	private static String names(Rule rule, boolean looksAtSecurity) {
		return rule.policies()
			.stream()
			.filter((limit) -> limit.looksAtSecurity() == looksAtSecurity)
			.map((limit) -> limit.registered().name())
			.collect(Collectors.joining(", "));
	}

	/**
	 * Warns of header styles without any content: those of providers distinguish requests
	 * from tokens, and report only limits with such a unit.
	 * @param headers the names of the header styles
	 * @param limits the limits of the configuration
	 */
	public static void ofHeaderStyles(List<String> headers, LimitDefinitions limits) {
		boolean units = StreamSupport.stream(limits.spliterator(), false)
			.anyMatch((definition) -> definition.settings().limit().unit() != null);
		List<String> styles = headers.stream().map((style) -> style.strip().toLowerCase(Locale.ROOT)).toList();
		if (!units && (styles.contains("openai") || styles.contains("anthropic"))) {
			logger
				.warn("Headers in the style of openai or anthropic (ratelimit.http.headers) report limits with a unit, "
						+ "but no limit has one. Write unit: requests or unit: tokens in the limits that they are to report "
						+ "[RL522]");
		}
	}

	/**
	 * Warns of limits by address if Spring's own filter determines the address: it uses
	 * {@code Forwarded} first, and of {@code X-Forwarded-For} the leftmost entry, which
	 * the client has written unless the proxy removed it.
	 * @param context the application's context, refreshed, so that all annotated methods
	 * are bound
	 */
	static void ofForwardedAddresses(ApplicationContext context) {
		String strategy = context.getEnvironment().getProperty(FORWARDING, "");
		List<String> byAddress = strategy.strip().equalsIgnoreCase("framework") ? byAddress(context) : List.of();
		if (!byAddress.isEmpty()) {
			logger.warn(FORWARDING + " is framework, and these count or exempt calls by the client's address, if only "
					+ "where another key is missing: " + String.join(", ", byAddress) + ". Clients choose that address "
					+ "unless the proxy removes Forwarded and overwrites X-Forwarded-For: see that it does, or behind "
					+ "a proxy in a private network write native [RL521]");
		}
	}

	private static List<String> byAddress(ApplicationContext context) {
		LimitPolicies policies = context.getBean(LimitPolicies.class);
		ExpressionParser expressions = context.getBean(ExpressionParser.class);
		List<String> byAddress = new ArrayList<>(policies.names());
		byAddress.removeIf((name) -> !isByAddress(policies.get(name)));
		context.getBean(RateLimitProperties.class)
			.http()
			.rules()
			.stream()
			.filter((rule) -> StringUtils.hasText(rule.unless())
					&& expressions.requestExemption(rule.unless()).inputs().address())
			.forEach((rule) -> byAddress.add("rule " + rule.path()));
		context.getBeanProvider(LimitedMethodRegistry.class)
			.ifAvailable((methods) -> methods
				.methodsWith((policy) -> policy.looksAtAddress() && !isConfigured(policy, policies))
				.forEach((method) -> byAddress.add("method " + method)));
		return byAddress;
	}

	/** A method that applies a limit of the configuration as it is needs no mention. */
	private static boolean isConfigured(LimitPolicy policy, LimitPolicies policies) {
		String name = policy.registered().name();
		return policies.names().contains(name) && policies.get(name).equals(policy);
	}

	private static boolean isByAddress(LimitPolicy limit) {
		KeySource last = limit.keys().get(limit.keys().size() - 1).source();
		return limit.looksAtAddress()
				|| (limit.onMissingKey() == OnMissingKey.IP && !last.kinds().contains(Key.GLOBAL_KIND));
	}

}
