package io.github.ratelimit.provider.dialect;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * {@code github}: {@code x-ratelimit-*} with the resource that is limited. A limit may
 * refuse with status 403, and a secondary limit without a wait: then it is a minute, as
 * the documentation requires.
 */
final class GitHubDialect implements ClientDialect {

	private static final Set<String> PER_MINUTE = Set.of("search", "code_search");

	private static final QuotaHeaders HOUR = headers(Windows.HOUR);

	private static final QuotaHeaders MINUTE = headers(Windows.MINUTE);

	private static QuotaHeaders headers(Duration window) {
		return new QuotaHeaders(Dimension.REQUESTS, "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset",
				window, Refill.FIXED_WINDOW);
	}

	@Override
	public String name() {
		return "github";
	}

	@Override
	public boolean isSpokenBy(String host) {
		return host.equals("api.github.com");
	}

	@Override
	public ProviderSnapshot read(ProviderResponse response) {
		ResponseReader reader = new ResponseReader(response);
		String resource = reader.header("x-ratelimit-resource");
		((resource != null && PER_MINUTE.contains(resource)) ? MINUTE : HOUR).read(reader);
		Throttle throttle = Throttles.of(reader, List.of());
		return reader.snapshot((throttle == null && response.status() == 403) ? forbidden(reader) : throttle);
	}

	private static @Nullable Throttle forbidden(ResponseReader response) {
		boolean usedUp = response.quotas().stream().anyMatch((quota) -> quota.remaining() == 0);
		if (!usedUp && response.header("retry-after") == null && !response.text().has("rate limit")) {
			return null;
		}
		Duration wait = RetryHints.retryAfter(response, List.of());
		return Throttles.of(Throttle.Kind.RATE_LIMITED, (wait != null) ? wait : Windows.MINUTE, response);
	}

	@Override
	public Duration window(Dimension dimension) {
		return Windows.HOUR;
	}

}
