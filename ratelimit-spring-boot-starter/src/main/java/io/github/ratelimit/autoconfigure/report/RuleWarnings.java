package io.github.ratelimit.autoconfigure.report;

import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.web.path.Rule;
import io.github.ratelimit.web.path.RulePhase;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/** Warns of rules that limit less than they seem to. */
public final class RuleWarnings {

	private static final Set<String> WITH_BODIES = Set.of("POST", "PUT", "PATCH");

	private static final Pattern PARAMETER = Pattern.compile("\\bparam\\s*\\(");

	private static final Log logger = LogFactory.getLog(RuleWarnings.class);

	private RuleWarnings() {
	}

	/**
	 * Warns of the rules of the configuration.
	 * @param rules the rules
	 * @param properties the same rules as they are configured
	 * @param secured whether Spring Security determines the authenticated user
	 */
	public static void log(List<Rule> rules, List<RateLimitProperties.Http.Rule> properties, boolean secured) {
		for (int i = 0; i < rules.size(); i++) {
			warnOfForms(rules.get(i));
			warnOfInventedKeys("ratelimit.http.rules[" + i + "]", rules.get(i), rules);
			if (properties.get(i).when() == RulePhase.AUTO && secured) {
				warnOfLaterLimits("ratelimit.http.rules[" + i + "]", rules.get(i));
				askAboutBeans("ratelimit.http.rules[" + i + "]", rules.get(i));
			}
		}
		rules.stream()
			.flatMap((rule) -> rule.policies().stream())
			.map(LimitPolicy::registered)
			.distinct()
			.forEach((limit) -> warnOfUselessLease(limit, rules));
		if (!secured) {
			rules.stream().flatMap((rule) -> rule.policies().stream()).distinct().forEach(RuleWarnings::warnOfNobody);
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
			logger.warn("Limit '" + limit.registered().limit().name()
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
				String name = limit.registered().limit().name();
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
			.map((limit) -> limit.registered().limit().name())
			.collect(Collectors.joining(", "));
	}

}
