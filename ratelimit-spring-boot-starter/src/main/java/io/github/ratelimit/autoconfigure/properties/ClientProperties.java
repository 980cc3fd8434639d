package io.github.ratelimit.autoconfigure.properties;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.client.KeyPart;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.NestedConfigurationProperty;

/**
 * The properties under {@code ratelimit.clients.<name>}: calls to a limited API.
 */
public class ClientProperties {

	/**
	 * The addresses of the client's requests, for example https://api.openai.com/**.
	 * Without it the requests of the HTTP service group of the client's name.
	 */
	private List<String> match = new ArrayList<>();

	/**
	 * How the provider reports its limits: "auto" chooses by the host. Also openai,
	 * azure-openai, anthropic, groq, mistral, cerebras, gemini, openrouter, together,
	 * bedrock, xai, github, ietf, none, or the name of a ClientDialect bean.
	 */
	private String dialect = "auto";

	/**
	 * What the provider counts its quotas by.
	 */
	private List<KeyPart> key = new ArrayList<>(List.of(KeyPart.CREDENTIAL, KeyPart.MODEL));

	/**
	 * Requests that the provider allows, for example 500/min; discovered from its
	 * responses if omitted.
	 */
	private @Nullable String requests;

	/**
	 * Tokens of input and output together that the provider allows, for example
	 * 500000/min.
	 */
	private @Nullable String tokens;

	/**
	 * Tokens of the input that the provider allows.
	 */
	private @Nullable String inputTokens;

	/**
	 * Tokens of the output that the provider allows.
	 */
	private @Nullable String outputTokens;

	/**
	 * How many calls may be in flight for a key; any number if omitted.
	 */
	private @Nullable Integer maxConcurrent;

	/**
	 * Longest time for which a call is queued.
	 */
	private Duration maxWait = Duration.ofSeconds(30);

	/**
	 * Maximum number of queued calls for a key.
	 */
	private int maxWaiting = 1000;

	/**
	 * The part of each quota that is never spent.
	 */
	private String reserve = "10%";

	/**
	 * What happens to calls beyond the quota: "enforce" queues them, "shadow" counts them
	 * and sends them at once.
	 */
	private LimitMode mode = LimitMode.ENFORCE;

	/**
	 * Other settings for single models, by their names; '*' matches any letters.
	 */
	private Map<String, ModelProperties> models = new LinkedHashMap<>();

	@NestedConfigurationProperty
	private final Retry retry = new Retry();

	public List<String> getMatch() {
		return this.match;
	}

	public void setMatch(List<String> match) {
		this.match = match;
	}

	public String getDialect() {
		return this.dialect;
	}

	public void setDialect(String dialect) {
		this.dialect = dialect;
	}

	public List<KeyPart> getKey() {
		return this.key;
	}

	public void setKey(List<KeyPart> key) {
		this.key = key;
	}

	public @Nullable String getRequests() {
		return this.requests;
	}

	public void setRequests(@Nullable String requests) {
		this.requests = requests;
	}

	public @Nullable String getTokens() {
		return this.tokens;
	}

	public void setTokens(@Nullable String tokens) {
		this.tokens = tokens;
	}

	public @Nullable String getInputTokens() {
		return this.inputTokens;
	}

	public void setInputTokens(@Nullable String inputTokens) {
		this.inputTokens = inputTokens;
	}

	public @Nullable String getOutputTokens() {
		return this.outputTokens;
	}

	public void setOutputTokens(@Nullable String outputTokens) {
		this.outputTokens = outputTokens;
	}

	public @Nullable Integer getMaxConcurrent() {
		return this.maxConcurrent;
	}

	public void setMaxConcurrent(@Nullable Integer maxConcurrent) {
		this.maxConcurrent = maxConcurrent;
	}

	public Duration getMaxWait() {
		return this.maxWait;
	}

	public void setMaxWait(Duration maxWait) {
		this.maxWait = maxWait;
	}

	public int getMaxWaiting() {
		return this.maxWaiting;
	}

	public void setMaxWaiting(int maxWaiting) {
		this.maxWaiting = maxWaiting;
	}

	public String getReserve() {
		return this.reserve;
	}

	public void setReserve(String reserve) {
		this.reserve = reserve;
	}

	public LimitMode getMode() {
		return this.mode;
	}

	public void setMode(LimitMode mode) {
		this.mode = mode;
	}

	public Map<String, ModelProperties> getModels() {
		return this.models;
	}

	public void setModels(Map<String, ModelProperties> models) {
		this.models = models;
	}

	public Retry getRetry() {
		return this.retry;
	}

	/** Whether requests that the provider refused are sent again. */
	public static class Retry {

		/**
		 * Maximum number of attempts of a request; 1 for no retries, which SDKs make
		 * anyway.
		 */
		private int maxAttempts = 1;

		/**
		 * Maximum part of the requests that may be retried.
		 */
		private String budget = "10%";

		public int getMaxAttempts() {
			return this.maxAttempts;
		}

		public void setMaxAttempts(int maxAttempts) {
			this.maxAttempts = maxAttempts;
		}

		public String getBudget() {
			return this.budget;
		}

		public void setBudget(String budget) {
			this.budget = budget;
		}

	}

	/** The settings that differ for single models. */
	public static class ModelProperties {

		/**
		 * Requests that the provider allows, for example 500/min; discovered from its
		 * responses if omitted.
		 */
		private @Nullable String requests;

		/**
		 * Tokens of input and output together that the provider allows, for example
		 * 500000/min.
		 */
		private @Nullable String tokens;

		/**
		 * Tokens of the input that the provider allows.
		 */
		private @Nullable String inputTokens;

		/**
		 * Tokens of the output that the provider allows.
		 */
		private @Nullable String outputTokens;

		/**
		 * How many calls may be in flight for a key; any number if omitted.
		 */
		private @Nullable Integer maxConcurrent;

		/**
		 * Longest time for which a call is queued.
		 */
		private @Nullable Duration maxWait;

		public @Nullable String getRequests() {
			return this.requests;
		}

		public void setRequests(@Nullable String requests) {
			this.requests = requests;
		}

		public @Nullable String getTokens() {
			return this.tokens;
		}

		public void setTokens(@Nullable String tokens) {
			this.tokens = tokens;
		}

		public @Nullable String getInputTokens() {
			return this.inputTokens;
		}

		public void setInputTokens(@Nullable String inputTokens) {
			this.inputTokens = inputTokens;
		}

		public @Nullable String getOutputTokens() {
			return this.outputTokens;
		}

		public void setOutputTokens(@Nullable String outputTokens) {
			this.outputTokens = outputTokens;
		}

		public @Nullable Integer getMaxConcurrent() {
			return this.maxConcurrent;
		}

		public void setMaxConcurrent(@Nullable Integer maxConcurrent) {
			this.maxConcurrent = maxConcurrent;
		}

		public @Nullable Duration getMaxWait() {
			return this.maxWait;
		}

		public void setMaxWait(@Nullable Duration maxWait) {
			this.maxWait = maxWait;
		}

	}

}
