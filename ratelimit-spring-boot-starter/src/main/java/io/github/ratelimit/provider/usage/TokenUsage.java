package io.github.ratelimit.provider.usage;

/**
 * Tokens that a call used.
 *
 * @param input tokens of the input that count against the limit, {@link #UNKNOWN} if they
 * are not reported
 * @param output tokens of the output, {@link #UNKNOWN} if they are not reported
 */
public record TokenUsage(long input, long output) {

	/** A number that the response does not report. */
	public static final long UNKNOWN = -1;

	/** A response that reports nothing. */
	public static final TokenUsage NONE = new TokenUsage(UNKNOWN, UNKNOWN);

	/**
	 * Returns all tokens.
	 * @return input and output, saturated; {@link #UNKNOWN} if neither is known
	 */
	public long total() {
		if (this.input == UNKNOWN && this.output == UNKNOWN) {
			return UNKNOWN;
		}
		long total = Math.max(0, this.input) + Math.max(0, this.output);
		return (total < 0) ? Long.MAX_VALUE : total;
	}

}
