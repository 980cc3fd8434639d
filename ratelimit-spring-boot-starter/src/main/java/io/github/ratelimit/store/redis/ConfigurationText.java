package io.github.ratelimit.store.redis;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a limit allows, as a text of one line: equal for equal limits, however they are
 * written.
 */
final class ConfigurationText {

	private ConfigurationText() {
	}

	/** Returns the text of a limit with its plans. */
	static String of(RegisteredLimit registered) {
		LimitSettings settings = registered.settings();
		StringBuilder text = new StringBuilder(of(settings.limit()));
		new TreeMap<>(settings.plans())
			.forEach((plan, limit) -> text.append("; plan ").append(plan).append(": ").append(of(limit)));
		return text.toString().replaceAll("\\s+", " ");
	}

	private static String of(Limit limit) {
		if (limit.isConcurrency()) {
			return "max-concurrent " + limit.capacity();
		}
		String rates = limit.rates().stream().map(Rate::toString).collect(Collectors.joining(", "));
		String algorithm = limit.algorithm().name().toLowerCase(Locale.ROOT).replace('_', '-');
		return switch (limit.algorithm()) {
			case TOKEN_BUCKET -> limit.isPaced() ? rates + " paced" : rates;
			case SLIDING_WINDOW -> (limit.segments() == Limit.DEFAULT_SEGMENTS) ? rates + " " + algorithm
					: rates + " " + algorithm + " of " + limit.segments() + " segments";
			default -> rates + " " + algorithm;
		};
	}

}
