package io.github.ratelimit.test.provider;

import io.github.ratelimit.test.provider.limits.ProviderUsage;
import java.time.Instant;

/**
 * A request that the provider has received, and its outcome so far.
 *
 * @param time when it arrived, by the clock of the limits
 * @param request the request
 * @param status the HTTP status of the answer, 0 as long as no answer has begun
 * @param charged the tokens that it was charged at admission
 * @param outcome how it ended
 */
public record RecordedRequest(Instant time, TestRequest request, int status, ProviderUsage charged, Outcome outcome) {

	/** How a request ended. */
	public enum Outcome {

		/** It has not ended yet. */
		IN_PROGRESS,

		/** It was admitted and answered in full. */
		ANSWERED,

		/** The limits refused it. */
		REFUSED,

		/** The test requested a fault for it, and it was not answered in full. */
		FAILED,

		/** The client disconnected before the answer was complete. */
		CANCELLED

	}

}
