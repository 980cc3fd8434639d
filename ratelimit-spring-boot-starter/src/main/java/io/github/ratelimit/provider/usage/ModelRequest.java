package io.github.ratelimit.provider.usage;

import org.jspecify.annotations.Nullable;

/**
 * The size of a request to a model, from its body.
 *
 * @param model the value of {@code model} at the top level; null if there is none
 * @param inputTokens an estimate of the input, by the bytes of the texts
 * @param maxOutputTokens the largest output that the request allows for all its choices
 * together, {@link TokenUsage#UNKNOWN} if it sets no limit
 * @param streamed whether the request asks for a stream
 */
public record ModelRequest(@Nullable String model, long inputTokens, long maxOutputTokens, boolean streamed) {

	/** A request without a body that could be read. */
	public static final ModelRequest NONE = new ModelRequest(null, 0, TokenUsage.UNKNOWN, false);

}
