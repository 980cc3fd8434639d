package io.github.ratelimit.provider.usage;

/**
 * Estimates the tokens that a request will be charged, before it is sent. A bean of this
 * type replaces the default. Implementations are thread-safe and fast: they run before
 * every call.
 */
@FunctionalInterface
public interface TokenEstimator {

	/**
	 * The default: the estimated input, and the largest output that the request allows,
	 * or 1,000 tokens if it sets no limit. A learned factor corrects the error of this
	 * estimate. A request without a body that could be read has no tokens.
	 */
	TokenEstimator DEFAULT = (request) -> {
		long withoutLimit = request.equals(ModelRequest.NONE) ? 0 : 1000;
		return new TokenUsage(request.inputTokens(),
				(request.maxOutputTokens() != TokenUsage.UNKNOWN) ? request.maxOutputTokens() : withoutLimit);
	};

	/**
	 * Estimates a request.
	 * @param request what is known about the request
	 * @return both figures 0 or more
	 */
	TokenUsage estimate(ModelRequest request);

}
