package io.github.ratelimit.benchmarks.outbound.client;

import io.github.ratelimit.test.provider.dialect.ProviderDialect;
import io.github.ratelimit.test.provider.dialect.ProviderDialects;
import io.github.ratelimit.test.provider.limits.ProviderLimit;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Providers with 500 requests and 500,000 tokens a minute. */
public enum ProviderKind {

	/** Both limits refill continuously, and every answer reports them. */
	OPENAI("https://api.openai.com/v1/chat/completions", ProviderDialects.OPENAI, Limits.REQUESTS, Limits.TOKENS),

	/**
	 * Fixed windows, of 10 seconds for requests: answers report what is left, but not
	 * when a window ends.
	 */
	AZURE("https://bench.openai.azure.com/openai/deployments/chat", ProviderDialects.AZURE_OPENAI_WITH_LIMITS,
			ProviderLimit.requests(84, Duration.ofSeconds(10)).inFixedWindows(), Limits.TOKENS.inFixedWindows()),

	/**
	 * Fixed windows of a minute: answers report what is left, but not when a window ends.
	 */
	MISTRAL("https://api.mistral.ai/v1/chat/completions", ProviderDialects.MISTRAL, Limits.REQUESTS.inFixedWindows(),
			Limits.TOKENS.inFixedWindows()),

	/** The same with the end of the window, in whole seconds. */
	MISTRAL_BY_SIZE("https://api.mistral.ai/v1/chat/completions", ProviderDialects.MISTRAL_BY_SIZE,
			Limits.REQUESTS.inFixedWindows(), Limits.TOKENS.inFixedWindows()),

	/** Reports nothing: a refusal is a status and no more. */
	SILENT("https://api.cohere.com/v2/chat", ProviderDialects.NONE, Limits.REQUESTS, Limits.TOKENS);

	private final URI uri;

	private final ProviderDialect dialect;

	private final List<ProviderLimit> limits;

	ProviderKind(String uri, ProviderDialect dialect, ProviderLimit... limits) {
		this.uri = URI.create(uri);
		this.dialect = dialect;
		this.limits = List.of(limits);
	}

	/** Returns an address by whose host our client chooses its dialect. */
	public URI uri() {
		return this.uri;
	}

	public ProviderDialect dialect() {
		return this.dialect;
	}

	public List<ProviderLimit> limits() {
		return this.limits;
	}

	private static final class Limits {

		private static final ProviderLimit REQUESTS = ProviderLimit.requests(500, Duration.ofMinutes(1));

		private static final ProviderLimit TOKENS = ProviderLimit.tokens(500_000, Duration.ofMinutes(1));

	}

}
