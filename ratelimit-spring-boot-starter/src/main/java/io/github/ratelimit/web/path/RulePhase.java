package io.github.ratelimit.web.path;

/** When a rule is applied, relative to Spring Security. */
public enum RulePhase {

	/**
	 * After Spring Security if a key, cost, plan or exemption of its limits depends on
	 * the authenticated caller, otherwise before.
	 */
	AUTO,

	/** Before Spring Security: requests that it would refuse are counted, too. */
	BEFORE_SECURITY,

	/** After Spring Security: only requests that it lets through are counted. */
	AFTER_SECURITY

}
