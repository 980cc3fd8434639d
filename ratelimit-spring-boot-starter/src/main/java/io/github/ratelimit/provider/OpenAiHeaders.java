package io.github.ratelimit.provider;

import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitUnit;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * {@code openai}: the headers of OpenAI's API, for the limits that have a unit: of
 * requests and of tokens the one nearest to refusal. {@code reset} is the time to full,
 * in the format of Go's durations. A refusal also has {@code retry-after-ms}, which its
 * SDKs prefer to Retry-After.
 */
final class OpenAiHeaders implements HeaderStyle {

	private static final String RETRY_AFTER_MS = "retry-after-ms";

	private static final UnitHeaders REQUESTS = new UnitHeaders(LimitUnit.REQUESTS, "x-ratelimit-limit-requests",
			"x-ratelimit-remaining-requests", "x-ratelimit-reset-requests");

	private static final UnitHeaders TOKENS = new UnitHeaders(LimitUnit.TOKENS, "x-ratelimit-limit-tokens",
			"x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens");

	private static final List<String> NAMES = UnitHeaders.names(REQUESTS, TOKENS, RETRY_AFTER_MS);

	@Override
	public String name() {
		return "openai";
	}

	@Override
	public Collection<String> headerNames() {
		return NAMES;
	}

	@Override
	public void write(List<LimitDecision> limits, Headers headers) {
		REQUESTS.write(limits, headers, GoDuration::of);
		TOKENS.write(limits, headers, GoDuration::of);
	}

	@Override
	public void writeRetryAfter(Duration wait, Headers headers) {
		headers.set(RETRY_AFTER_MS, Long.toString(GoDuration.millis(wait)));
	}

}
