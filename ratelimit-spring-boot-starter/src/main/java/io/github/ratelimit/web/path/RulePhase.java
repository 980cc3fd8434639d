package io.github.ratelimit.web.path;

/** When a rule is applied, seen from Spring Security. */
public enum RulePhase {

	/**
	 * After Spring Security if a key or cost of its limits looks at {@code user} or
	 * {@code claim}, else before.
	 */
	AUTO,

	/** Before Spring Security: also what it would refuse is counted. */
	BEFORE_SECURITY,

	/** After Spring Security: only what it lets through is counted. */
	AFTER_SECURITY

}
