package io.github.ratelimit.web.path;

import io.github.ratelimit.expression.LimitPolicy;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Which requests are limited, and by which limits. Immutable, thread-safe.
 * <p>
 * The path is matched case-insensitively, so that a rule cannot be bypassed where an
 * application, container or file system ignores case.
 */
public final class Rule {

	private static final PathPatternParser parser = new PathPatternParser();

	static {
		parser.setCaseSensitive(false);
	}

	private final PathPattern path;

	/** With the path of the dispatcher servlet in front, null if that has none. */
	private final @Nullable PathPattern withinServlet;

	private final List<String> methods;

	private final List<LimitPolicy> policies;

	private final RulePhase phase;

	private final @Nullable String bodyStyle;

	private Rule(PathPattern path, @Nullable PathPattern withinServlet, List<String> methods,
			List<LimitPolicy> policies, RulePhase phase, @Nullable String bodyStyle) {
		this.path = path;
		this.withinServlet = withinServlet;
		this.methods = methods;
		this.policies = policies;
		this.phase = phase;
		this.bodyStyle = bodyStyle;
	}

	/**
	 * Returns a rule.
	 * @param path a {@link PathPattern} within the application, with the servlet path;
	 * the leading slash may be missing
	 * @param methods HTTP methods in any case, {@code GET} includes {@code HEAD}; none
	 * for all
	 * @param policies the limits of the rule, at least one; the same one twice counts
	 * once
	 * @param phase when the rule is applied
	 * @param bodyStyle the style of a refusal's body; null for the general one
	 * @return the rule
	 * @throws IllegalArgumentException if there is no path or no limit
	 * @throws org.springframework.web.util.pattern.PatternParseException if the path is
	 * no pattern
	 */
	public static Rule of(String path, Collection<String> methods, Collection<LimitPolicy> policies, RulePhase phase,
			@Nullable String bodyStyle) {
		if (path.isBlank()) {
			throw new IllegalArgumentException("A rule has no path. Give it a pattern, for example /v1/**.");
		}
		if (policies.isEmpty()) {
			throw new IllegalArgumentException(
					"The rule for '" + path + "' has no limits. Name at least one of those under ratelimit.limits.");
		}
		PathPattern pattern = parser.parse(parser.initFullPathPattern(path.strip()));
		List<String> upperCased = methods.stream()
			.map((method) -> method.strip().toUpperCase(Locale.ROOT))
			.distinct()
			.toList();
		List<LimitPolicy> distinct = policies.stream().distinct().toList();
		return new Rule(pattern, null, upperCased, distinct, resolve(phase, distinct), bodyStyle);
	}

	private static RulePhase resolve(RulePhase phase, List<LimitPolicy> policies) {
		if (phase != RulePhase.AUTO) {
			return phase;
		}
		return policies.stream().anyMatch(LimitPolicy::looksAtSecurity) ? RulePhase.AFTER_SECURITY
				: RulePhase.BEFORE_SECURITY;
	}

	/**
	 * Returns this rule for an application whose dispatcher servlet has a path: it
	 * matches both readings of its pattern, with that path and without, as controllers
	 * have it.
	 * @param servletPath the path, for example {@code /srv}; empty for none
	 * @return the rule with both readings
	 */
	public Rule within(String servletPath) {
		return servletPath.isEmpty() ? this : new Rule(this.path, parser.parse(servletPath + path()), this.methods,
				this.policies, this.phase, this.bodyStyle);
	}

	/**
	 * Returns all readings of the path pattern.
	 * @return {@link #path()}, and with the path of the dispatcher servlet before it, if
	 * that has one
	 */
	public List<String> paths() {
		return (this.withinServlet != null) ? List.of(path(), this.withinServlet.getPatternString()) : List.of(path());
	}

	/**
	 * Returns the path pattern.
	 * @return for example {@code /v1/**}
	 */
	public String path() {
		return this.path.getPatternString();
	}

	/**
	 * Returns the HTTP methods.
	 * @return methods in upper case, empty for all
	 */
	public List<String> methods() {
		return this.methods;
	}

	/**
	 * Returns the limits of the rule.
	 * @return at least one, each once
	 */
	public List<LimitPolicy> policies() {
		return this.policies;
	}

	/**
	 * Returns when the rule is applied.
	 * @return before or after Spring Security, never {@link RulePhase#AUTO}
	 */
	public RulePhase phase() {
		return this.phase;
	}

	/**
	 * Returns the style of a refusal's body.
	 * @return the name of the style, null for the general one
	 */
	public @Nullable String bodyStyle() {
		return this.bodyStyle;
	}

	/**
	 * Returns whether there can be requests that this rule and another one apply to.
	 * @param other the other rule
	 * @return whether both have a method and a path in common; true in doubt
	 */
	public boolean overlaps(Rule other) {
		boolean methods = this.methods.isEmpty() || other.methods.isEmpty()
				|| this.methods.stream().anyMatch(other.methods::contains);
		return methods && PathOverlap.exists(path(), other.path());
	}

	/** Returns whether it can apply to paths of a pattern; true in doubt. */
	boolean isAbout(String pattern) {
		return paths().stream().anyMatch((path) -> PathOverlap.exists(path, pattern));
	}

	boolean matches(String method, RequestedPath path) {
		return hasMethod(method)
				&& (path.matches(this.path) || (this.withinServlet != null && path.matches(this.withinServlet)));
	}

	private boolean hasMethod(String method) {
		if (this.methods.isEmpty()) {
			return true;
		}
		for (int i = 0; i < this.methods.size(); i++) {
			String own = this.methods.get(i);
			if (own.equalsIgnoreCase(method) || (own.equals("GET") && method.equalsIgnoreCase("HEAD"))) {
				return true;
			}
		}
		return false;
	}

	boolean hasAnyOf(Collection<String> limits) {
		return this.policies.stream().anyMatch((policy) -> limits.contains(policy.registered().limit().name()));
	}

	/** Returns whether the rule applies exactly to a path and what is below it. */
	boolean names(String base) {
		return paths().stream().anyMatch((pattern) -> pattern.equals(base) || pattern.startsWith(base + "/"));
	}

	/**
	 * Returns methods and path.
	 * @return for example {@code POST /v1/**}
	 */
	@Override
	public String toString() {
		return this.methods.isEmpty() ? path() : String.join(", ", this.methods) + " " + path();
	}

}
