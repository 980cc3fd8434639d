package io.github.ratelimit.provider.dialect;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The dialects of the library. */
final class BuiltInDialects {

	private static final Map<String, Duration> SUFFIXES = Map.of("second", WindowInference.SECOND, "minute",
			WindowInference.MINUTE, "hour", WindowInference.HOUR, "day", WindowInference.DAY, "month",
			WindowInference.MONTH);

	private BuiltInDialects() {
	}

	static List<ClientDialect> all() {
		List<QuotaHeaders> openAi = openAiHeaders();
		return List.of(TableDialect.of("openai", hosts("api.openai.com", ".api.openai.com"), openAi), azure(),
				anthropic(), groq(), mistral(), cerebras(), gemini(), openRouter(), together(), bedrock(),
				TableDialect.of("xai", hosts("api.x.ai", ".api.x.ai"), openAi), new GitHubDialect(),
				new IetfDialect(openAi),
				TableDialect.of("none", hosts("api.cohere.com", "api.cohere.ai", "api.deepseek.com"), List.of()));
	}

	private static List<QuotaHeaders> openAiHeaders() {
		return List.of(openAi(Dimension.REQUESTS, "requests", null), openAi(Dimension.TOKENS, "tokens", null),
				openAi(Dimension.REQUESTS, "project-requests", null), openAi(Dimension.TOKENS, "project-tokens", null),
				openAi(Dimension.TOKENS, "tokens_usage_based", null),
				openAi(Dimension.TOKENS, "tokens-usage-based", null));
	}

	private static QuotaHeaders openAi(Dimension dimension, String suffix, @Nullable Duration window) {
		return xRateLimit(dimension, suffix, window, Refill.CONTINUOUS);
	}

	private static QuotaHeaders xRateLimit(Dimension dimension, String suffix, @Nullable Duration window,
			Refill refill) {
		return new QuotaHeaders(dimension, "x-ratelimit-limit-" + suffix, "x-ratelimit-remaining-" + suffix,
				"x-ratelimit-reset-" + suffix, window, refill);
	}

	/** According to its documentation its counters are reset. */
	private static TableDialect azure() {
		return TableDialect
			.of("azure-openai", hosts(".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"),
					List.of(xRateLimit(Dimension.REQUESTS, "requests", WindowInference.TEN_SECONDS,
							Refill.FIXED_WINDOW),
							xRateLimit(Dimension.TOKENS, "tokens", WindowInference.MINUTE, Refill.FIXED_WINDOW)))
			.retryHeaders("x-rate-limit-reset-tokens", "x-rate-limit-reset-requests");
	}

	private static TableDialect anthropic() {
		return TableDialect.of("anthropic", hosts("api.anthropic.com"),
				List.of(anthropic(Dimension.REQUESTS, "requests"), anthropic(Dimension.TOKENS, "tokens"),
						anthropic(Dimension.INPUT_TOKENS, "input-tokens"),
						anthropic(Dimension.OUTPUT_TOKENS, "output-tokens")));
	}

	private static QuotaHeaders anthropic(Dimension dimension, String what) {
		String prefix = "anthropic-ratelimit-" + what;
		return new QuotaHeaders(dimension, prefix + "-limit", prefix + "-remaining", prefix + "-reset",
				WindowInference.MINUTE, Refill.CONTINUOUS);
	}

	private static TableDialect groq() {
		return TableDialect.of("groq", hosts("api.groq.com"),
				List.of(openAi(Dimension.REQUESTS, "requests", WindowInference.DAY),
						openAi(Dimension.TOKENS, "tokens", WindowInference.MINUTE)));
	}

	private static TableDialect mistral() {
		QuotaHeaders bySize = new QuotaHeaders(Dimension.TOKENS, "ratelimitbysize-limit", "ratelimitbysize-remaining",
				"ratelimitbysize-reset", WindowInference.MINUTE, Refill.FIXED_WINDOW);
		return TableDialect.of("mistral", hosts("api.mistral.ai"),
				Stream
					.of(suffixed(Dimension.REQUESTS, "x-ratelimit", "-req", "minute", "second", "month"),
							suffixed(Dimension.TOKENS, "x-ratelimit", "-tokens", "minute", "month"), Stream.of(bySize),
							suffixed(Dimension.TOKENS, "x-ratelimitbysize", "", "minute", "month"))
					.flatMap(Function.identity())
					.toList());
	}

	/** Its windows end with the minutes and days of the clock. */
	private static TableDialect cerebras() {
		return TableDialect.of("cerebras", hosts("api.cerebras.ai"),
				Stream
					.concat(suffixed(Dimension.REQUESTS, "x-ratelimit", "-requests", "minute", "hour", "day"),
							suffixed(Dimension.TOKENS, "x-ratelimit", "-tokens", "minute", "hour", "day"))
					.toList());
	}

	private static Stream<QuotaHeaders> suffixed(Dimension dimension, String prefix, String what, String... windows) {
		return Stream.of(windows).map((window) -> {
			String suffix = what + "-" + window;
			return new QuotaHeaders(dimension, prefix + "-limit" + suffix, prefix + "-remaining" + suffix,
					prefix + "-reset" + suffix, SUFFIXES.get(window), Refill.FIXED_WINDOW);
		});
	}

	private static TableDialect gemini() {
		return TableDialect
			.of("gemini",
					hosts("generativelanguage.googleapis.com", "aiplatform.googleapis.com",
							"-aiplatform.googleapis.com"),
					List.of())
			.errors(ProviderSpecificErrors::gemini);
	}

	private static TableDialect openRouter() {
		return TableDialect
			.of("openrouter", hosts("openrouter.ai", ".openrouter.ai"),
					List.of(new QuotaHeaders(Dimension.REQUESTS, "x-ratelimit-limit", "x-ratelimit-remaining",
							"x-ratelimit-reset", null, Refill.FIXED_WINDOW)))
			.errors(ProviderSpecificErrors::openRouter);
	}

	private static TableDialect together() {
		return TableDialect.of("together", hosts("api.together.xyz", "api.together.ai"),
				List.of(new QuotaHeaders(Dimension.REQUESTS, "x-ratelimit-limit", "x-ratelimit-remaining",
						"x-ratelimit-reset", WindowInference.SECOND, Refill.CONTINUOUS),
						new QuotaHeaders(Dimension.TOKENS, "x-tokenlimit-limit", "x-tokenlimit-remaining",
								"x-tokenlimit-reset", WindowInference.SECOND, Refill.CONTINUOUS)));
	}

	private static TableDialect bedrock() {
		Predicate<String> hosts = (host) -> host.startsWith("bedrock-runtime")
				&& (host.endsWith(".amazonaws.com") || host.endsWith(".amazonaws.com.cn"));
		return TableDialect.of("bedrock", hosts, List.of()).errors(ProviderSpecificErrors::bedrock);
	}

	/** A host has to end with a name that begins with a dot or a hyphen. */
	private static Predicate<String> hosts(String... names) {
		return (host) -> {
			for (String name : names) {
				boolean end = name.charAt(0) == '.' || name.charAt(0) == '-';
				if (end ? host.endsWith(name) : host.equals(name)) {
					return true;
				}
			}
			return false;
		};
	}

}
