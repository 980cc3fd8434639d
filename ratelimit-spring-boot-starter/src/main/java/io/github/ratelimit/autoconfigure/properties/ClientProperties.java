package io.github.ratelimit.autoconfigure.properties;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.client.KeyPart;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties under {@code ratelimit.clients.<name>}: calls to a limited API.
 *
 * @param match The addresses of the client's requests, for example
 * https://api.openai.com/**. Without it the requests of the HTTP service group of the
 * client's name.
 * @param dialect How the provider reports its limits: "auto" chooses by the host. Also
 * openai, azure-openai, anthropic, groq, mistral, cerebras, gemini, openrouter, together,
 * bedrock, xai, github, ietf, none, or the name of a ClientDialect bean.
 * @param key What the provider counts its quotas by.
 * @param requests Requests that the provider allows, for example 500/min; discovered from
 * its responses if omitted.
 * @param tokens Tokens of input and output together that the provider allows, for example
 * 500000/min.
 * @param inputTokens Tokens of the input that the provider allows.
 * @param outputTokens Tokens of the output that the provider allows.
 * @param maxConcurrent How many calls may be in flight for a key; any number if omitted.
 * @param maxWait Longest time for which a call is queued.
 * @param maxWaiting Maximum number of queued calls for a key.
 * @param reserve The part of each quota that is never spent.
 * @param mode What happens to calls beyond the quota: "enforce" queues them, "shadow"
 * counts them and sends them at once.
 * @param models Other settings for single models, by their names; '*' matches any
 * letters.
 * @param retry Whether requests that the provider refused are sent again.
 */
// @formatter:off
public record ClientProperties(@DefaultValue List<String> match, @DefaultValue("auto") String dialect,
		@DefaultValue({ "credential", "model" }) List<KeyPart> key, @Nullable String requests,
		@Nullable String tokens, @Nullable String inputTokens, @Nullable String outputTokens,
		@Nullable Integer maxConcurrent, @DefaultValue("30s") Duration maxWait,
		@DefaultValue("1000") int maxWaiting, @DefaultValue("10%") String reserve,
		@DefaultValue("enforce") LimitMode mode, @DefaultValue Map<String, ModelProperties> models,
		@DefaultValue Retry retry) {
	// @formatter:on

	/**
	 * Whether requests that the provider refused are sent again.
	 *
	 * @param maxAttempts Maximum number of attempts of a request; 1 for no retries, which
	 * SDKs make anyway.
	 * @param budget Maximum part of the requests that may be retried.
	 */
	public record Retry(@DefaultValue("1") int maxAttempts, @DefaultValue("10%") String budget) {

	}

	/**
	 * The settings that differ for single models.
	 *
	 * @param requests Requests that the provider allows, for example 500/min; discovered
	 * from its responses if omitted.
	 * @param tokens Tokens of input and output together that the provider allows, for
	 * example 500000/min.
	 * @param inputTokens Tokens of the input that the provider allows.
	 * @param outputTokens Tokens of the output that the provider allows.
	 * @param maxConcurrent How many calls may be in flight for a key; any number if
	 * omitted.
	 * @param maxWait Longest time for which a call is queued.
	 */
	public record ModelProperties(@Nullable String requests, @Nullable String tokens, @Nullable String inputTokens,
			@Nullable String outputTokens, @Nullable Integer maxConcurrent, @Nullable Duration maxWait) {

	}

}
