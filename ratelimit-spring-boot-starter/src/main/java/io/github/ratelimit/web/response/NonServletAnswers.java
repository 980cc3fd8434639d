package io.github.ratelimit.web.response;

import io.github.ratelimit.RateLimitException;
import io.github.ratelimit.provider.BodyStyle;
import io.github.ratelimit.provider.BodyStyle.Body;
import io.github.ratelimit.provider.Refusal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers to refused method calls without a servlet response: as those of the filter,
 * without rate limit headers. Thread-safe.
 */
public final class NonServletAnswers {

	private final BodyStyle body;

	private final SdkRetries retries;

	/**
	 * Creates the answers.
	 * @param body the style of all bodies
	 * @param retries when SDKs of providers are not to try again
	 */
	public NonServletAnswers(BodyStyle body, SdkRetries retries) {
		this.body = body;
		this.retries = retries;
	}

	/**
	 * Returns the answer to a failure.
	 * @param failure what a handler failed with
	 * @param requestId what the answer's {@code request-id} header is, null if it has
	 * none
	 * @return the answer, null if the failure is no refusal and wraps none
	 */
	public @Nullable Answer answer(Throwable failure, @Nullable String requestId) {
		RateLimitException refused = WrappedRefusals.find(failure);
		if (refused == null) {
			return null;
		}
		Refusal refusal = WrappedRefusals.content(refused, requestId);
		Map<String, String> headers = new LinkedHashMap<>();
		headers.put("Cache-Control", "no-store");
		if (refusal.retryAfterSeconds() > 0) {
			headers.put("Retry-After", Long.toString(refusal.retryAfterSeconds()));
		}
		if (this.retries.areUnwanted(refusal, WrappedRefusals.wait(refused))) {
			headers.put(SdkRetries.SHOULD_RETRY, "false");
		}
		return new Answer(refusal.status(), headers, this.body.body(refusal));
	}

	/**
	 * Returns the refusal that a failure represents.
	 * @param failure what a handler failed with
	 * @param requestId what the answer's {@code request-id} header is, null if it has
	 * none
	 * @return the refusal, null if the failure is none and wraps none
	 */
	public @Nullable Refusal refusal(Throwable failure, @Nullable String requestId) {
		RateLimitException refused = WrappedRefusals.find(failure);
		return (refused != null) ? WrappedRefusals.content(refused, requestId) : null;
	}

	/**
	 * An answer.
	 *
	 * @param status the HTTP status
	 * @param headers the headers, each once
	 * @param body the body, null for none
	 */
	public record Answer(int status, Map<String, String> headers, @Nullable Body body) {

		/**
		 * Creates an answer.
		 */
		public Answer {
			headers = Map.copyOf(headers);
		}

	}

}
