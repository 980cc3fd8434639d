package io.github.ratelimit.provider;

import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitUnit;
import io.github.ratelimit.TimeSource;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The styles {@code x-ratelimit}, {@code openai} and {@code anthropic}: capacity, permits
 * that are left and the time of a reset, of one rate: the one that is nearest to refusal,
 * of all limits or of those of a unit. All times are rounded up, so that a client that
 * waits this time is not too early.
 */
final class LimitRemainingResetHeaders implements HeaderStyle {

	private final String name;

	private final List<Names> units;

	private final Function<Duration, String> resetText;

	private final @Nullable String retryAfterMillis;

	private LimitRemainingResetHeaders(String name, List<Names> units, Function<Duration, String> resetText,
			@Nullable String retryAfterMillis) {
		this.name = name;
		this.units = units;
		this.resetText = resetText;
		this.retryAfterMillis = retryAfterMillis;
	}

	/**
	 * Returns {@code x-ratelimit}: {@code Reset} is the seconds until the burst is full
	 * again. For a limit of concurrent calls the headers report its slots, and one second
	 * while any is taken.
	 */
	static HeaderStyle xRateLimit() {
		return new LimitRemainingResetHeaders("x-ratelimit",
				List.of(new Names(null, "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")),
				(reset) -> Long.toString(seconds(reset)), null);
	}

	/**
	 * Returns {@code openai}: {@code reset} is the time to full, in the format of Go's
	 * durations. A refusal also has {@code retry-after-ms}, which OpenAI's SDKs prefer to
	 * Retry-After.
	 */
	static HeaderStyle openAi() {
		return new LimitRemainingResetHeaders("openai",
				List.of(new Names(LimitUnit.REQUESTS, "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
						"x-ratelimit-reset-requests"),
						new Names(LimitUnit.TOKENS, "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens",
								"x-ratelimit-reset-tokens")),
				LimitRemainingResetHeaders::go, "retry-after-ms");
	}

	/**
	 * Returns {@code anthropic}: {@code reset} is the time (RFC 3339) at which all
	 * permits are available again, rounded up to a second.
	 */
	static HeaderStyle anthropic(TimeSource time) {
		return new LimitRemainingResetHeaders("anthropic",
				List.of(new Names(LimitUnit.REQUESTS, "anthropic-ratelimit-requests-limit",
						"anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
						new Names(LimitUnit.TOKENS, "anthropic-ratelimit-tokens-limit",
								"anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset")),
				(reset) -> secondOf(time.wallTime().plus(reset)), null);
	}

	/** Returns {@code none}: no headers about limits. */
	static HeaderStyle none() {
		return new LimitRemainingResetHeaders("none", List.of(), LimitRemainingResetHeaders::go, null);
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
			LimitDecision nearest = nearest(limits, names.unit);
			if (nearest != null) {
				int rate = scarcest(nearest);
				headers.set(names.limit, Long.toString(nearest.limit().quota(rate)));
				headers.set(names.remaining, Long.toString(nearest.remaining(rate)));
				headers.set(names.reset, this.resetText.apply(nearest.resetAfter(rate)));
			}
		}
	}

	@Override
	public void writeRetryAfter(Duration wait, Headers headers) {
		if (this.retryAfterMillis != null) {
			headers.set(this.retryAfterMillis, Long.toString(millis(wait)));
		}
	}

	/** Returns the limit nearest to refusal, null if there is none. */
	static @Nullable LimitDecision nearest(List<LimitDecision> limits) {
		return nearest(limits, null);
	}

	/**
	 * Returns the limit of a unit nearest to refusal.
	 * @param limits the decisions of limits; of equally near ones the first counts
	 * @param unit the unit, null for any
	 * @return null if no limit has the unit
	 */
	private static @Nullable LimitDecision nearest(List<LimitDecision> limits, @Nullable LimitUnit unit) {
		LimitDecision nearest = null;
		for (int i = 0; i < limits.size(); i++) {
			LimitDecision limit = limits.get(i);
			if ((unit == null || limit.limit().unit() == unit)
					&& (nearest == null || limit.isNearerToRefusalThan(nearest))) {
				nearest = limit;
			}
		}
		return nearest;
	}

	/** Returns the rate with the fewest permits; of equals the one that fills last. */
	private static int scarcest(LimitDecision decision) {
		int scarcest = 0;
		for (int rate = 1; rate < decision.limit().quotas(); rate++) {
			long difference = decision.remaining(rate) - decision.remaining(scarcest);
			if (difference < 0
					|| (difference == 0 && decision.resetAfter(rate).compareTo(decision.resetAfter(scarcest)) > 0)) {
				scarcest = rate;
			}
		}
		return scarcest;
	}

	/**
	 * Returns a duration as Go's {@code time.Duration.String} formats it, rounded up to
	 * milliseconds.
	 * @param time the time, 0 or more
	 * @return for example {@code 1h2m3.5s}
	 */
	static String go(Duration time) {
		long millis = millis(time);
		if (millis == 0) {
			return "0s";
		}
		if (millis < 1000) {
			return millis + "ms";
		}
		long minutes = millis / 60_000;
		StringBuilder text = new StringBuilder();
		if (minutes >= 60) {
			text.append(minutes / 60).append('h');
		}
		if (minutes > 0) {
			text.append(minutes % 60).append('m');
		}
		text.append(BigDecimal.valueOf(millis % 60_000, 3).stripTrailingZeros().toPlainString());
		return text.append('s').toString();
	}

	/** Returns whole seconds, rounded up. */
	static long seconds(Duration time) {
		return time.getSeconds() + ((time.getNano() > 0) ? 1 : 0);
	}

	/** Returns whole milliseconds, rounded up. */
	private static long millis(Duration time) {
		return time.toMillis() + ((time.getNano() % 1_000_000 > 0) ? 1 : 0);
	}

	/**
	 * The headers about the limits of one unit.
	 *
	 * @param unit the unit, null for all limits
	 * @param limit the header for the capacity
	 * @param remaining the header for the permits that are left
	 * @param reset the header for the time at which all are available again
	 */
	private record Names(@Nullable LimitUnit unit, String limit, String remaining, String reset) {

	}

}
