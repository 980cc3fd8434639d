package io.github.ratelimit.provider;

import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitUnit;
import io.github.ratelimit.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a provider's API, for the limits that have a unit: of each unit those of
 * the limit nearest to refusal.
 */
final class OpenAiAndAnthropicHeaders implements HeaderStyle {

	private final String name;

	private final List<Names> units;

	private final Function<Duration, String> resetText;

	private final @Nullable String retryAfterMillis;

	private OpenAiAndAnthropicHeaders(String name, List<Names> units, Function<Duration, String> resetText,
			@Nullable String retryAfterMillis) {
		this.name = name;
		this.units = units;
		this.resetText = resetText;
		this.retryAfterMillis = retryAfterMillis;
	}

	/**
	 * Returns {@code openai}: {@code reset} is the time to full, in the format of Go's
	 * durations. A refusal also has {@code retry-after-ms}, which OpenAI's SDKs prefer to
	 * Retry-After.
	 */
	static HeaderStyle openAi() {
		return new OpenAiAndAnthropicHeaders("openai",
				List.of(new Names(LimitUnit.REQUESTS, "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
						"x-ratelimit-reset-requests"),
						new Names(LimitUnit.TOKENS, "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens",
								"x-ratelimit-reset-tokens")),
				ResetTimeFormat::go, "retry-after-ms");
	}

	/**
	 * Returns {@code anthropic}: {@code reset} is the time (RFC 3339) at which all
	 * permits are available again, rounded up to a second.
	 */
	static HeaderStyle anthropic(TimeSource time) {
		return new OpenAiAndAnthropicHeaders("anthropic",
				List.of(new Names(LimitUnit.REQUESTS, "anthropic-ratelimit-requests-limit",
						"anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
						new Names(LimitUnit.TOKENS, "anthropic-ratelimit-tokens-limit",
								"anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset")),
				(reset) -> secondOf(time.wallTime().plus(reset)), null);
	}

	/** Returns {@code none}: no headers about limits. */
	static HeaderStyle none() {
		return new OpenAiAndAnthropicHeaders("none", List.of(), ResetTimeFormat::go, null);
	}

	private static String secondOf(Instant exact) {
		Instant second = exact.truncatedTo(ChronoUnit.SECONDS);
		return (exact.equals(second) ? second : second.plusSeconds(1)).toString();
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public Collection<String> headerNames() {
		List<String> names = new ArrayList<>();
		this.units.forEach((unit) -> names.addAll(List.of(unit.limit, unit.remaining, unit.reset)));
		if (this.retryAfterMillis != null) {
			names.add(this.retryAfterMillis);
		}
		return names;
	}

	@Override
	public void write(List<LimitDecision> limits, Headers headers) {
		for (int i = 0; i < this.units.size(); i++) {
			Names names = this.units.get(i);
			LimitDecision nearest = NearestRate.of(limits, names.unit);
			if (nearest != null) {
				int rate = NearestRate.scarcest(nearest);
				headers.set(names.limit, Long.toString(nearest.limit().quota(rate)));
				headers.set(names.remaining, Long.toString(nearest.remaining(rate)));
				headers.set(names.reset, this.resetText.apply(nearest.resetAfter(rate)));
			}
		}
	}

	@Override
	public void writeRetryAfter(Duration wait, Headers headers) {
		if (this.retryAfterMillis != null) {
			headers.set(this.retryAfterMillis, Long.toString(ResetTimeFormat.millis(wait)));
		}
	}

	/**
	 * The headers about the limits of one unit.
	 *
	 * @param unit the unit
	 * @param limit the header for the capacity
	 * @param remaining the header for the permits that are left
	 * @param reset the header for the time at which all are available again
	 */
	private record Names(LimitUnit unit, String limit, String remaining, String reset) {

	}

}
