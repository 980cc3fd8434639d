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
 *
 * @param pattern the path's pattern
 * @param withinServlet the same with the path of the dispatcher servlet in front, null if
 * that has none
 * @param methods HTTP methods in upper case, empty for all
 * @param policies the limits of the rule, at least one, each once
 * @param phase when it is applied: before or after Spring Security, never
 * {@link RulePhase#AUTO}
 * @param bodyStyle the name of the style of a refusal's body, null for the general one
 */
public record Rule(PathPattern pattern, @Nullable PathPattern withinServlet, List<String> methods,
		List<LimitPolicy> policies, RulePhase phase, @Nullable String bodyStyle) {

	private static final PathPatternParser parser = new PathPatternParser();

	static {
		parser.setCaseSensitive(false);
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
		return servletPath.isEmpty() ? this : new Rule(this.pattern, parser.parse(servletPath + path()), this.methods,
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
		return this.pattern.getPatternString();
	}

	/**
	 * Returns whether there can be requests that this rule and another one apply to.
	 * @param other the other rule
	 * @return whether both have a method and a path in common; true in doubt
	 */
	public boolean overlaps(Rule other) {
		boolean methods = this.methods.isEmpty() || other.methods.isEmpty()
				|| this.methods.stream().anyMatch(other::hasMethod) || other.methods.stream().anyMatch(this::hasMethod);
		return methods && other.paths().stream().anyMatch(this::isAbout);
	}

	/** Returns whether it can apply to paths of a pattern; true in doubt. */
	boolean isAbout(String pattern) {
		return paths().stream().anyMatch((path) -> PathOverlap.exists(path, pattern));
	}

	boolean matches(String method, RequestedPath path) {
		return hasMethod(method)
				&& (path.matches(this.pattern) || (this.withinServlet != null && path.matches(this.withinServlet)));
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
