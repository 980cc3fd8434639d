package io.github.ratelimit.provider.dialect;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code github}: {@code x-ratelimit-*} with the resource that is limited. A response
 * reports the resource of its own call only, and which one a call will be charged to is
 * not known before, so only the limit of most calls, {@code core}, is one of the account.
 * A limit may refuse with status 403, and a secondary limit without a wait: then it is a
 * minute, as the documentation requires.
 */
final class GitHubDialect implements ClientDialect {

	private static final String CORE = "core";

	private static final QuotaHeaders HEADERS = new QuotaHeaders(Dimension.REQUESTS, "x-ratelimit-limit",
			"x-ratelimit-remaining", "x-ratelimit-reset", WindowInference.HOUR, Refill.FIXED_WINDOW);

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
		HEADERS.read(reader);
		Throttle throttle = ThrottleDetector.of(reader, List.of());
		if (throttle == null && response.status() == 403) {
			throttle = forbidden(reader);
		}
		if (resource == null || resource.equals(CORE)) {
			return reader.snapshot(throttle);
		}
		reader.quotas().clear();
		// no limit that is known was exhausted
		return reader.snapshot((throttle != null) ? throttle.with(throttle.kind(), throttle.retryAfter(), null) : null);
	}

	private static @Nullable Throttle forbidden(ResponseReader response) {
		boolean usedUp = response.quotas().stream().anyMatch((quota) -> quota.remaining() == 0);
		if (!usedUp && response.header("retry-after") == null && !response.text().has("rate limit")) {
			return null;
		}
		Duration wait = RetryAfterReader.retryAfter(response, List.of());
		return ThrottleDetector.of(Throttle.Kind.RATE_LIMITED, (wait != null) ? wait : WindowInference.MINUTE,
				response);
	}

	@Override
	public Duration window(Dimension dimension) {
		return WindowInference.HOUR;
	}

}
