package io.github.ratelimit.client;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

import io.github.ratelimit.provider.usage.RequestFacts;
import org.jspecify.annotations.Nullable;

/**
 * A request to a provider as an adapter of an HTTP client describes it.
 *
 * @param uri the absolute address
 * @param headers returns the first value of a header, null if there is none
 * @param facts what the body says about its size, {@link RequestFacts#NONE} if there is
 * no body that can be read
 * @param retry whether it is a further attempt of a request that was sent before
 * @param timeLeft how long the caller still waits for an answer; null if that is unknown
 */
public record OutboundRequest(URI uri, Function<String, @Nullable String> headers, RequestFacts facts, boolean retry,
		@Nullable Duration timeLeft) {

	/** Creates a request. */
	public OutboundRequest {
		Objects.requireNonNull(uri, "uri");
		Objects.requireNonNull(headers, "headers");
		Objects.requireNonNull(facts, "facts");
	}

	/** Returns this request as a further attempt. */
	public OutboundRequest asRetry() {
		return new OutboundRequest(this.uri, this.headers, this.facts, true, this.timeLeft);
	}

}
