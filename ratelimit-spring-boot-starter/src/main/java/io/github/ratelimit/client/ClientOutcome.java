package io.github.ratelimit.client;

/** How a call to a provider ended, as far as limits are concerned. */
public enum ClientOutcome {

	/** The provider served the call, or failed for another reason than its limits. */
	SENT,

	/** The provider refused the call for one of its limits. */
	THROTTLED,

	/** The provider refused the call because it is overloaded. */
	OVERLOADED,

	/** The provider refused the call because credit or a long quota is used up. */
	SPENT,

	/** The call was not sent, because it would have waited for too long. */
	REFUSED,

	/** The call did not reach the provider. */
	NOT_SENT

}
