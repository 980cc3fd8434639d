package io.github.ratelimit.provider;

import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitUnit;
import io.github.ratelimit.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;

/**
 * {@code anthropic}: the headers of Anthropic's API, for the limits that have a unit: of
 * requests and of tokens the one nearest to refusal. {@code reset} is the time (RFC 3339)
 * at which all permits are available again, rounded up to a second.
 */
final class AnthropicHeaders implements HeaderStyle {

	private static final UnitHeaders REQUESTS = new UnitHeaders(LimitUnit.REQUESTS,
			"anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining",
			"anthropic-ratelimit-requests-reset");

	private static final UnitHeaders TOKENS = new UnitHeaders(LimitUnit.TOKENS, "anthropic-ratelimit-tokens-limit",
			"anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset");

	private static final List<String> NAMES = UnitHeaders.names(REQUESTS, TOKENS, null);

	private final TimeSource time;

	AnthropicHeaders(TimeSource time) {
		this.time = time;
	}

	@Override
	public String name() {
		return "anthropic";
	}

	@Override
	public Collection<String> headerNames() {
		return NAMES;
	}

	@Override
	public void write(List<LimitDecision> limits, Headers headers) {
		REQUESTS.write(limits, headers, this::timeOf);
		TOKENS.write(limits, headers, this::timeOf);
	}

	private String timeOf(Duration reset) {
		Instant exact = this.time.wallTime().plus(reset);
		Instant second = exact.truncatedTo(ChronoUnit.SECONDS);
		return (exact.equals(second) ? second : second.plusSeconds(1)).toString();
	}

}
