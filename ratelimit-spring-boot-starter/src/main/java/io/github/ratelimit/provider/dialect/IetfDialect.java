package io.github.ratelimit.provider.dialect;

import io.github.ratelimit.provider.dialect.StructuredFieldParser.Member;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code ietf}: the fields of draft-ietf-httpapi-ratelimit-headers in all its versions,
 * otherwise {@code X-RateLimit-*} in the forms in which it is common, with OpenAI's
 * suffixes too.
 * <p>
 * {@code t} of the newer drafts is the time until there is more, which is the end of a
 * fixed window, or the next permit of a bucket. It is read as the end of a window if a
 * bucket with the same limit and window would have its next permit sooner.
 */
final class IetfDialect implements ClientDialect {

	private static final List<String> PREFIXES = List.of("ratelimit-", "x-ratelimit-", "x-rate-limit-");

	private final List<QuotaHeaders> openAiHeaders;

	IetfDialect(List<QuotaHeaders> openAiHeaders) {
		this.openAiHeaders = openAiHeaders;
	}

	@Override
	public String name() {
		return "ietf";
	}

	@Override
	public ProviderSnapshot read(ProviderResponse response) {
		ResponseReader reader = new ResponseReader(response);
		List<Member> policies = list(reader, "ratelimit-policy");
		limits(reader, policies);
		for (String prefix : PREFIXES) {
			if (reader.quotas().isEmpty()) {
				threeFields(reader, prefix, policies);
			}
		}
		if (reader.quotas().isEmpty()) {
			this.openAiHeaders.forEach((headers) -> headers.read(reader));
		}
		return reader.snapshot(ThrottleDetector.of(reader, List.of()));
	}

	private static List<Member> list(ResponseReader response, String header) {
		String text = response.header(header);
		List<Member> members = (text != null) ? StructuredFieldParser.parse(text) : List.of();
		if (members == null) {
			response.ignore();
			return List.of();
		}
		return members;
	}

	private static void limits(ResponseReader response, List<Member> policies) {
		List<Member> limits = list(response, "ratelimit");
		if (!limits.isEmpty() && limits.get(0).value() != null) {
			dictionary(response, limits, policies);
			return;
		}
		for (Member limit : limits) {
			String remaining = limit.parameter("r");
			if (remaining == null) {
				response.ignore();
				continue;
			}
			Member policy = named(limit.name(), policies);
			Map<String, String> terms = (policy != null) ? policy.parameters() : Map.of();
			Dimension dimension = dimension(terms.getOrDefault("qu", "requests"));
			long quota = response.numberOf(terms.get("q"));
			if (dimension != null && quota != 0) {
				response.add(quota(dimension, quota, response.numberOf(remaining),
						response.timeOf(limit.parameter("t")), window(response, policy)));
			}
		}
	}

	private static @Nullable Quota quota(Dimension dimension, long limit, long remaining, @Nullable Duration more,
			@Nullable Duration window) {
		if (limit == Quota.UNKNOWN && remaining == Quota.UNKNOWN) {
			return null;
		}
		boolean fixed = more != null && more.toSeconds() > secondsToNext(limit, window);
		return fixed ? new Quota(dimension, limit, remaining, more,
				(window != null) ? window : WindowInference.fixed(more), Refill.FIXED_WINDOW)
				: new Quota(dimension, limit, remaining, null, window, Refill.CONTINUOUS);
	}

	/** Rounded up, like {@code t}. */
	private static long secondsToNext(long limit, @Nullable Duration window) {
		return (window != null && limit > 0) ? Math.max(1, (window.toSeconds() + limit - 1) / limit) : 1;
	}

	/** For draft-07: {@code limit=100, remaining=50, reset=5}. */
	private static void dictionary(ResponseReader response, List<Member> limits, List<Member> policies) {
		long limit = response.numberOf(value(limits, "limit"));
		add(response, limit, response.numberOf(value(limits, "remaining")), response.timeOf(value(limits, "reset")),
				windowOf(response, limit, policies));
	}

	private static @Nullable String value(List<Member> dictionary, String name) {
		Member member = named(name, dictionary);
		return (member != null) ? member.value() : null;
	}

	private static void threeFields(ResponseReader response, String prefix, List<Member> policies) {
		String text = response.header(prefix + "limit");
		long limit = response.numberOf(text);
		List<Member> windows = (text != null) ? StructuredFieldParser.parse(text) : null;
		Duration window = (windows != null) ? windowOf(response, limit, windows) : null;
		add(response, limit, response.number(prefix + "remaining"), response.time(prefix + "reset"),
				(window != null) ? window : windowOf(response, limit, policies));
	}

	private static void add(ResponseReader response, long limit, long remaining, @Nullable Duration untilEnd,
			@Nullable Duration window) {
		if (limit != 0) {
			response.add((limit == Quota.UNKNOWN && remaining == Quota.UNKNOWN) ? null
					: new Quota(Dimension.REQUESTS, limit, remaining, untilEnd,
							(window != null) ? window : WindowInference.fixed(untilEnd), Refill.FIXED_WINDOW));
		}
	}

	/** For the older drafts, where a policy begins with its limit: {@code 100;w=60}. */
	private static @Nullable Duration windowOf(ResponseReader response, long limit, List<Member> policies) {
		for (Member policy : policies) {
			boolean meant = policy.name().equals(Long.toString(limit))
					|| (policies.size() == 1 && policy.parameter("q") != null);
			if (meant && policy.parameter("w") != null) {
				return window(response, policy);
			}
		}
		return null;
	}

	private static @Nullable Duration window(ResponseReader response, @Nullable Member policy) {
		Duration window = (policy != null) ? response.timeOf(policy.parameter("w")) : null;
		return (window != null && !window.isZero()) ? window : null;
	}

	private static @Nullable Member named(String name, List<Member> members) {
		for (Member member : members) {
			if (member.name().equals(name)) {
				return member;
			}
		}
		return null;
	}

	/** Returns the dimension of a quota unit, null if calls are not charged in it. */
	private static @Nullable Dimension dimension(String unit) {
		return switch (unit) {
			case "requests" -> Dimension.REQUESTS;
			case "tokens" -> Dimension.TOKENS;
			case "input-tokens" -> Dimension.INPUT_TOKENS;
			case "output-tokens" -> Dimension.OUTPUT_TOKENS;
			default -> null;
		};
	}

}
