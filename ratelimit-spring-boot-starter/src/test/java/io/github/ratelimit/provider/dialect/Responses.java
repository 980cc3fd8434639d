package io.github.ratelimit.provider.dialect;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Responses with given headers and bodies, and what is read from them as text. */
final class Responses {

	static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

	private static final Dialects DIALECTS = new Dialects(List.of());

	private Responses() {
	}

	/** Returns what a dialect reads; of the headers each line has one. */
	static ProviderSnapshot read(String dialect, int status, String headers, String body) {
		return DIALECTS.byName(dialect).read(response(status, headers, body));
	}

	static ProviderResponse response(int status, String headers, String body) {
		Map<String, String> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		headers.lines().filter((line) -> !line.isBlank()).forEach((line) -> {
			int colon = line.indexOf(':');
			byName.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
		});
		return new ProviderResponse(status, byName::get, body.isEmpty() ? null : body, NOW);
	}

	/** Returns for example {@code TOKENS 150/149 of PT1M, full in PT0.4S, CONTINUOUS}. */
	static List<String> quotas(ProviderSnapshot snapshot) {
		return snapshot.quotas()
			.stream()
			.map((quota) -> quota.dimension() + " " + quota.limit() + "/" + quota.remaining() + " of "
					+ text(quota.window()) + ", full in " + text(quota.untilFull()) + ", " + quota.refill())
			.toList();
	}

	private static String text(Duration duration) {
		return (duration != null) ? duration.toString() : "?";
	}

	/**
	 * Returns for example {@code RATE_LIMITED after PT2S, TOKENS, rate_limit_exceeded}.
	 */
	static String throttle(ProviderSnapshot snapshot) {
		Throttle throttle = snapshot.throttle();
		return (throttle == null) ? "none" : throttle.kind() + " after " + text(throttle.retryAfter()) + ", "
				+ ((throttle.dimension() != null) ? throttle.dimension() : "?") + ", " + throttle.code();
	}

}
