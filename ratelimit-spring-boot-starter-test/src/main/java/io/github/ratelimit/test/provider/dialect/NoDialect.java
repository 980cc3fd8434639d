package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.limits.Violation;
import java.util.Map;

/** Reports nothing but the status. */
final class NoDialect implements ProviderDialect {

	@Override
	public String name() {
		return "none";
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		return Map.of();
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		return XRateLimit.message(429, Map.of(), "Too Many Requests");
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return XRateLimit.message(503, Map.of(), "Service Unavailable");
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return XRateLimit.message(402, Map.of(), "Payment Required");
	}

}
