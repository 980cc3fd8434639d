package io.github.ratelimit.web.path;

import io.github.ratelimit.expression.LimitPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * All rules of an application, in their order. Immutable, thread-safe.
 */
public final class Rules {

	private final List<Rule> all;

	private final List<Rule> beforeSecurity;

	private final List<Rule> afterSecurity;

	/** The patterns of exempt paths, by how a rule's path begins that names them. */
	private final Supplier<List<Map.Entry<String, List<PathPattern>>>> exempt;

	/**
	 * Creates the rules.
	 * @param rules the rules; every one that matches applies
	 * @param exempt paths to which only rules that name them apply, those of the
	 * management endpoints: their patterns, in just this case of letters, by how a rule's
	 * path begins that names them, such as {@code /actuator}; called once, by the first
	 * request
	 */
	public Rules(Collection<Rule> rules, Supplier<Map<String, List<String>>> exempt) {
		this.all = List.copyOf(rules);
		this.beforeSecurity = this.all.stream().filter((rule) -> rule.phase() == RulePhase.BEFORE_SECURITY).toList();
		this.afterSecurity = this.all.stream().filter((rule) -> rule.phase() == RulePhase.AFTER_SECURITY).toList();
		this.exempt = SingletonSupplier.of(() -> parsed(exempt.get()));
	}

	private static List<Map.Entry<String, List<PathPattern>>> parsed(Map<String, List<String>> exempt) {
		PathPatternParser parser = PathPatternParser.defaultInstance;
		return exempt.entrySet()
			.stream()
			.map((below) -> Map.entry(below.getKey(), below.getValue().stream().map(parser::parse).toList()))
			.toList();
	}

	/**
	 * Returns the rules of one phase.
	 * @param phase before or after Spring Security
	 * @return the rules in their order, possibly none
	 */
	public List<Rule> of(RulePhase phase) {
		return (phase == RulePhase.AFTER_SECURITY) ? this.afterSecurity : this.beforeSecurity;
	}

	/**
	 * Returns what applies to a request.
	 * @param phase before or after Spring Security
	 * @param method the HTTP method
	 * @param path the path
	 * @return each limit once, in the order of the rules
	 */
	public List<LimitPolicy> matching(RulePhase phase, String method, RequestedPath path) {
		List<LimitPolicy> matching = List.of();
		List<Rule> rules = of(phase);
		if (rules.isEmpty()) {
			return matching;
		}
		String exempt = exemptBase(path);
		for (int i = 0; i < rules.size(); i++) {
			Rule rule = rules.get(i);
			if ((exempt == null || rule.names(exempt)) && rule.matches(method, path)) {
				matching = matching.isEmpty() ? rule.policies() : union(matching, rule.policies());
			}
		}
		return matching;
	}

	/** Returns how a rule's path begins that names an exempt path, null for others. */
	private @Nullable String exemptBase(RequestedPath path) {
		List<Map.Entry<String, List<PathPattern>>> all = this.exempt.get();
		for (int i = 0; i < all.size(); i++) {
			Map.Entry<String, List<PathPattern>> below = all.get(i);
			if (path.isWithin(below.getKey()) && below.getValue().stream().anyMatch(path::matches)) {
				return below.getKey();
			}
		}
		return null;
	}

	private static List<LimitPolicy> union(List<LimitPolicy> some, List<LimitPolicy> others) {
		List<LimitPolicy> union = new ArrayList<>(some);
		for (LimitPolicy other : others) {
			if (!union.contains(other)) {
				union.add(other);
			}
		}
		return union;
	}

	/**
	 * Returns the style of a refusal's body.
	 * @param method the HTTP method
	 * @param path the path
	 * @return the first one that a matching rule names, null for the general one
	 */
	public @Nullable String bodyStyle(String method, RequestedPath path) {
		for (Rule rule : this.all) {
			if (rule.bodyStyle() != null && rule.matches(method, path)) {
				return rule.bodyStyle();
			}
		}
		return null;
	}

	/**
	 * Returns the path pattern of the rule that causes a refusal.
	 * @param phase before or after Spring Security
	 * @param method the HTTP method
	 * @param path the path
	 * @param refusing the names of the limits that refuse
	 * @return the pattern of the first matching rule that has one of them, null if none
	 * has
	 */
	public @Nullable String pattern(RulePhase phase, String method, RequestedPath path, Collection<String> refusing) {
		return pattern(of(phase), method, path, refusing);
	}

	/**
	 * Returns the path pattern of the rule by which a limit applies to a request.
	 * @param method the HTTP method
	 * @param path the path
	 * @param limit the name of the limit
	 * @return the pattern of the first matching rule that has the limit, null if none has
	 */
	public @Nullable String pattern(String method, RequestedPath path, String limit) {
		return pattern(this.all, method, path, List.of(limit));
	}

	private static @Nullable String pattern(List<Rule> rules, String method, RequestedPath path,
			Collection<String> limits) {
		for (Rule rule : rules) {
			if (rule.hasAnyOf(limits) && rule.matches(method, path)) {
				return rule.path();
			}
		}
		return null;
	}

}
