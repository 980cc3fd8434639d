package io.github.ratelimit.client;

import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import io.github.ratelimit.provider.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The answer to a client whose call was not sent: that of a provider that refuses a
 * request because of its limits, with a body that is an error to the SDKs of OpenAI as
 * well as Anthropic. Clients raise their own exception for limits, and do not retry.
 *
 * @param headers the headers by their names
 * @param text the body
 */
public record RefusedAnswer(Map<String, String> headers, String text) {

	/** The status. */
	public static final int STATUS = 429;

	/** The body's media type. */
	public static final String CONTENT_TYPE = "application/json";

	/** Creates an answer. */
	public RefusedAnswer {
		headers = Map.copyOf(headers);
	}

	/**
	 * Returns the answer of a refusal.
	 * @param refusal why the call was not sent
	 * @return the answer
	 */
	public static RefusedAnswer of(CallRefusedException refusal) {
		Map<String, String> headers = new LinkedHashMap<>();
		headers.put("Content-Type", CONTENT_TYPE);
		headers.put("x-should-retry", "false");
		if (refusal.reason() != Reason.TOO_LARGE) {
			long seconds = refusal.retryAfter().plusNanos(999_999_999).toSeconds();
			headers.put("Retry-After", String.valueOf(Math.max(1, seconds)));
		}
		String message = String.valueOf(refusal.getMessage());
		return new RefusedAnswer(headers,
				"{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"code\":\"rate_limit_exceeded\","
						+ "\"param\":null,\"message\":" + JsonWriter.string(message) + "}}");
	}

	/**
	 * Returns the body as it is sent.
	 * @return UTF-8
	 */
	public byte[] bytes() {
		return this.text.getBytes(StandardCharsets.UTF_8);
	}

}
