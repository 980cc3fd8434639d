package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.dialect.AzureOpenAi.Variant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;

/** The dialects of known providers. */
public final class ProviderDialects {

	/** OpenAI: limits, remaining permits, and resets such as {@code 6m0s}. */
	public static final ProviderDialect OPENAI = new OpenAi("openai", "tokens");

	/** OpenAI with the tokens of the project besides those of the organization. */
	public static final ProviderDialect OPENAI_PROJECT = new OpenAi("openai-project", "tokens", "project-tokens");

	/** OpenAI with tokens that are charged by usage. */
	public static final ProviderDialect OPENAI_USAGE_BASED = new OpenAi("openai-usage-based", "tokens-usage-based");

	/** Azure OpenAI in its most common form: only the remaining permits. */
	public static final ProviderDialect AZURE_OPENAI = new AzureOpenAi(Variant.REMAINING);

	/** Azure OpenAI with limits. */
	public static final ProviderDialect AZURE_OPENAI_WITH_LIMITS = new AzureOpenAi(Variant.WITH_LIMITS);

	/**
	 * Azure OpenAI with {@code x-rate-limit-reset-tokens} in refusals, and no
	 * {@code retry-after}.
	 */
	public static final ProviderDialect AZURE_OPENAI_WITHOUT_RETRY_AFTER = new AzureOpenAi(Variant.WITHOUT_RETRY_AFTER);

	/** Azure OpenAI with -1 for unknown values. */
	public static final ProviderDialect AZURE_OPENAI_UNKNOWN_VALUES = new AzureOpenAi(Variant.UNKNOWN_VALUES);

	/** Anthropic: tokens in thousands, resets as times of day. */
	public static final ProviderDialect ANTHROPIC = new Anthropic();

	/** Groq: requests of a day, tokens of a minute. */
	public static final ProviderDialect GROQ = new Groq();

	/** Mistral: no resets. */
	public static final ProviderDialect MISTRAL = new Mistral(false);

	/** Mistral's older headers, with a reset. */
	public static final ProviderDialect MISTRAL_BY_SIZE = new Mistral(true);

	/** Cerebras: names that end with the window. */
	public static final ProviderDialect CEREBRAS = new Cerebras();

	/** Gemini: nothing but the body of a refusal. */
	public static final ProviderDialect GEMINI = new Gemini();

	/** OpenRouter: nothing but the body of a refusal. */
	public static final ProviderDialect OPENROUTER = new OpenRouter();

	/** Together: headers in refusals alone, per second. */
	public static final ProviderDialect TOGETHER = new Together();

	/** Amazon Bedrock: no headers of limits. */
	public static final ProviderDialect BEDROCK = new Bedrock();

	/** xAI: OpenAI's names without resets. */
	public static final ProviderDialect XAI = new XAi();

	/** GitHub: refusals are 403. */
	public static final ProviderDialect GITHUB = new GitHub();

	/** The draft of the IETF. */
	public static final ProviderDialect IETF = new Ietf();

	/** {@code X-RateLimit} headers. */
	public static final ProviderDialect X_RATELIMIT = new XRateLimit(false);

	/** {@code X-RateLimit} headers as Envoy writes them. */
	public static final ProviderDialect ENVOY = new XRateLimit(true);

	/** Nothing but the status. */
	public static final ProviderDialect NONE = new NoDialect();

	private static final List<ProviderDialect> ALL = List.of(OPENAI, OPENAI_PROJECT, OPENAI_USAGE_BASED, AZURE_OPENAI,
			AZURE_OPENAI_WITH_LIMITS, AZURE_OPENAI_WITHOUT_RETRY_AFTER, AZURE_OPENAI_UNKNOWN_VALUES, ANTHROPIC, GROQ,
			MISTRAL, MISTRAL_BY_SIZE, CEREBRAS, GEMINI, OPENROUTER, TOGETHER, BEDROCK, XAI, GITHUB, IETF, X_RATELIMIT,
			ENVOY, NONE);

	private ProviderDialects() {
	}

	/**
	 * Returns all of them.
	 * @return the dialects
	 */
	public static List<ProviderDialect> all() {
		return ALL;
	}

	/**
	 * Returns a dialect by its name.
	 * @param name the name, such as {@code azure-openai}
	 * @return the dialect
	 * @throws NoSuchElementException if there is none
	 */
	public static ProviderDialect of(String name) {
		return ALL.stream()
			.filter((dialect) -> dialect.name().equals(name))
			.findFirst()
			.orElseThrow(() -> new NoSuchElementException("No dialect '" + name + "', but "
					+ ALL.stream().map(ProviderDialect::name).collect(Collectors.joining(", "))));
	}

}
