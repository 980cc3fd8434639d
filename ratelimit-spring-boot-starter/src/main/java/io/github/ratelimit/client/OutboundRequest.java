package io.github.ratelimit.client;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

import io.github.ratelimit.provider.usage.ModelRequest;
import org.jspecify.annotations.Nullable;

/**
 * A request to a provider as an adapter of an HTTP client describes it.
 *
 * @param uri the absolute address
 * @param headers returns the first value of a header, null if there is none
 * @param facts the size of the request according to its body, {@link ModelRequest#NONE}
 * if the body cannot be read
 * @param retry whether it is a further attempt of a request that was sent before
 * @param timeLeft how long the caller still waits for an answer; null if that is unknown
 */
public record OutboundRequest(URI uri, Function<String, @Nullable String> headers, ModelRequest facts, boolean retry,
		@Nullable Duration timeLeft) {

	/** Counts attempts in the SDKs of OpenAI, Anthropic and others, from 0. */
	private static final String SDK_RETRIES = "X-Stainless-Retry-Count";

	/** Creates a request. */
	public OutboundRequest {
		Objects.requireNonNull(uri, "uri");
		Objects.requireNonNull(headers, "headers");
		Objects.requireNonNull(facts, "facts");
	}

	/**
	 * Returns a request with an unlimited wait. It is a further attempt if the headers of
	 * an SDK mark it as one.
	 * @param uri the absolute address
	 * @param headers returns the first value of a header, null if there is none
	 * @param facts the size of the request according to its body
	 * @return the request
	 */
	public static OutboundRequest of(URI uri, Function<String, @Nullable String> headers, ModelRequest facts) {
		String retries = headers.apply(SDK_RETRIES);
		boolean retry = retries != null && !retries.isEmpty() && !retries.equals("0");
		return new OutboundRequest(uri, headers, facts, retry, null);
	}

	/** Returns this request as a further attempt. */
	public OutboundRequest asRetry() {
		return new OutboundRequest(this.uri, this.headers, this.facts, true, this.timeLeft);
	}

}
