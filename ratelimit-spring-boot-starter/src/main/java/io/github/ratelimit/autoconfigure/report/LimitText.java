package io.github.ratelimit.autoconfigure.report;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.autoconfigure.properties.DurationText;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The kind of a limit as text for the log. */
final class LimitText {

	private LimitText() {
	}

	/** Returns for example {@code sliding-window of 20 segments 10/min}. */
	static String of(Limit limit) {
		if (limit.isConcurrency()) {
			return quotas(limit);
		}
		StringBuilder text = new StringBuilder(limit.algorithm().toString());
		if (limit.algorithm() == Algorithm.SLIDING_WINDOW) {
			text.append(" of ").append(limit.segments()).append(" segments");
		}
		text.append(' ').append(quotas(limit));
		if (limit.isPaced()) {
			text.append(", waits up to ")
				.append(DurationText.of(limit.maxWait()))
				.append(" (")
				.append(limit.maxWaiting())
				.append(" calls at a time)");
		}
		return text.toString();
	}

	/** Returns for example {@code free 5/min, pro 600/min}. */
	static String ofPlans(Map<String, Limit> plans) {
		return new TreeMap<>(plans).entrySet()
			.stream()
			.map((plan) -> plan.getKey() + " " + quotas(plan.getValue()))
			.collect(Collectors.joining(", "));
	}

	private static String quotas(Limit limit) {
		return limit.isConcurrency() ? limit.capacity() + " at once"
				: limit.rates().stream().map(Rate::toString).collect(Collectors.joining(", "));
	}

}
