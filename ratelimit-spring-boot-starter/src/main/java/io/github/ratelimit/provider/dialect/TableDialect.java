package io.github.ratelimit.provider.dialect;

import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * A dialect that differs from others in the names of its headers and in its errors.
 *
 * @param name the name
 * @param hosts which hosts use it
 * @param quotas the headers of its limits
 * @param retryHeaders further headers with the wait
 * @param errors reads this provider's own errors: takes the response and the result for
 * all providers
 */
record TableDialect(String name, Predicate<String> hosts, List<QuotaHeaders> quotas, List<String> retryHeaders,
		BiFunction<ResponseReader, Throttle, Throttle> errors) implements ClientDialect {

	static TableDialect of(String name, Predicate<String> hosts, List<QuotaHeaders> quotas) {
		return new TableDialect(name, hosts, quotas, List.of(), (response, throttle) -> throttle);
	}

	TableDialect retryHeaders(String... names) {
		return new TableDialect(this.name, this.hosts, this.quotas, List.of(names), this.errors);
	}

	TableDialect errors(BiFunction<ResponseReader, Throttle, Throttle> errors) {
		return new TableDialect(this.name, this.hosts, this.quotas, this.retryHeaders, errors);
	}

	@Override
	public boolean isSpokenBy(String host) {
		return this.hosts.test(host);
	}

	@Override
	public ProviderSnapshot read(ProviderResponse response) {
		ResponseReader reader = new ResponseReader(response);
		for (QuotaHeaders headers : this.quotas) {
			headers.read(reader);
		}
		Throttle throttle = ThrottleDetector.of(reader, this.retryHeaders);
		return reader.snapshot((throttle != null) ? this.errors.apply(reader, throttle) : null);
	}

	@Override
	public Duration window(Dimension dimension) {
		for (QuotaHeaders headers : this.quotas) {
			if (headers.dimension() == dimension && headers.window() != null) {
				return headers.window();
			}
		}
		return WindowInference.MINUTE;
	}

}
