package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.LimitUnit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.client.ClientSettings.KeyPart;
import io.github.ratelimit.expression.LimitPolicy.OnMissingKey;
import io.github.ratelimit.web.path.RulePhase;
import io.github.ratelimit.web.response.UpstreamHeadersMode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.Delimiter;

/**
 * The properties under {@code ratelimit}.
 *
 * @param enabled Whether limits are enforced at all.
 * @param mode What refusals do: "enforce" answers them, "shadow" counts them and lets
 * every call through.
 * @param planTtl How long the result of a PlanResolver is cached for a key.
 * @param store Where permits are kept.
 * @param onStoreFailure What limits do while a shared store fails.
 * @param memory Settings of the memory store.
 * @param redis Settings of the Redis store. The connection's own are those of
 * spring.data.redis.
 * @param limits Limits by their names: letters, digits, '-' and '_'.
 * @param clients Calls to limited APIs, by the names of their clients. Clients and limits
 * share one namespace.
 * @param http Limits on HTTP requests.
 */
@ConfigurationProperties("ratelimit")
public record RateLimitProperties(@DefaultValue("true") boolean enabled, @DefaultValue("enforce") LimitMode mode,
		@DefaultValue("1m") Duration planTtl, @DefaultValue("memory") Store store,
		@DefaultValue("share") OnStoreFailure onStoreFailure, @DefaultValue Memory memory, @DefaultValue Redis redis,
		@DefaultValue Map<String, LimitProperties> limits, @DefaultValue Map<String, ClientProperties> clients,
		@DefaultValue Http http) {

	/** Where permits are kept. */
	public enum Store {

		/** In the memory of this process. */
		MEMORY,

		/** In Redis, shared by all instances. */
		REDIS

	}

	/** How a limit with rates counts. */
	public enum Algorithm {

		/** Permits refill evenly and can be saved up to the burst. */
		TOKEN_BUCKET,

		/** All permits refill at once, at whole periods of the clock. */
		FIXED_WINDOW,

		/** Counts by segments of the period. */
		SLIDING_WINDOW,

		/**
		 * Weighs the previous window by the part of it that is still within the period.
		 */
		SLIDING_WINDOW_COUNTER,

		/** Remembers every call. */
		SLIDING_WINDOW_LOG

	}

	/**
	 * Settings of the memory store.
	 *
	 * @param maxKeysPerLimit Maximum number of keys of each limit. Beyond it the keys
	 * nearest to full are evicted.
	 */
	public record Memory(@DefaultValue("100000") int maxKeysPerLimit) {

	}

	/**
	 * Settings of the Redis store. The connection's own are those of spring.data.redis.
	 *
	 * @param keyPrefix Prefix of all keys in Redis.
	 * @param deadline How long a decision may take in total. After it, the last known
	 * state decides.
	 * @param slotLease How long an in-flight call keeps its slot (max-concurrent) if its
	 * instance fails. The lease is renewed while the call runs.
	 */
	public record Redis(@DefaultValue("ratelimit") String keyPrefix, @DefaultValue("50ms") Duration deadline,
			@DefaultValue("30s") Duration slotLease) {

	}

	/**
	 * One limit.
	 *
	 * @param rate Rates that all apply, each as permits/period with an optional burst,
	 * such as "60/min burst 90" or "5/15min". Units are ms, s, min, h and d.
	 * @param key Expressions for the key that calls are counted for; the first that has a
	 * value.
	 * @param cost Number or expression for how many permits a call costs. One permit by
	 * default.
	 * @param settle Expression for the actual cost of a call in permits, evaluated after
	 * the response. By default, and if the value is 0, what was reserved.
	 * @param countWhen Condition under which a call counts, evaluated after the response,
	 * such as "status == 401". Every call counts by default.
	 * @param onMissingKey What happens to a call without a key.
	 * @param algorithm How the limit counts.
	 * @param segments Segments that a sliding window divides its period into. By default
	 * 20.
	 * @param maxConcurrent Calls that may be in flight at once, instead of a rate.
	 * @param maxWait How long a call may be queued instead of being refused. Calls are
	 * then admitted at even intervals.
	 * @param maxWaiting Calls of an instance that may be queued at a time. By default
	 * 100.
	 * @param unit What a permit represents for callers: "requests" or "tokens", for
	 * headers that distinguish them.
	 * @param maxDebt Maximum debt in permits, if calls cost more than was reserved: a
	 * number, or "none" for no bound. The capacity by default.
	 * @param banAfter After how many refusals in what time a key is banned and for how
	 * long, such as "20 denials in 10min for 1h".
	 * @param mode What a refusal of this limit does: "enforce" answers it, "shadow"
	 * counts it and lets the call through.
	 * @param plan Expression for the name of a call's plan. Without it a bean of type
	 * PlanResolver is called.
	 * @param plans Rates, or numbers of concurrent calls, by the names of the plans that
	 * have others than the limit's own.
	 * @param unless Condition under which a call is exempt, such as "hasRole('PARTNER')"
	 * or "inSubnet('10.0.0.0/8')".
	 * @param hideHeaders Whether responses omit this limit.
	 * @param onStoreFailure What the limit does while a shared store fails. The general
	 * setting by default.
	 * @param lease How long an instance may hold permits that it takes in advance for
	 * very busy keys. Off by default; from 10ms to 1s, only with Redis.
	 */
	public record LimitProperties(@DefaultValue List<String> rate,
			@Delimiter(Delimiter.NONE) @DefaultValue List<String> key, @Nullable String cost, @Nullable String settle,
			@Nullable String countWhen, @DefaultValue("ip") OnMissingKey onMissingKey,
			@DefaultValue("token-bucket") Algorithm algorithm, @Nullable Integer segments, @Nullable Long maxConcurrent,
			@Nullable Duration maxWait, @Nullable Integer maxWaiting, @Nullable LimitUnit unit,
			@Nullable String maxDebt, @Nullable String banAfter, @DefaultValue("enforce") LimitMode mode,
			@Nullable String plan, @DefaultValue Map<String, List<String>> plans, @Nullable String unless,
			boolean hideHeaders, @Nullable OnStoreFailure onStoreFailure, @Nullable Duration lease) {

	}

	/**
	 * The properties under {@code ratelimit.clients.<name>}: calls to a limited API.
	 *
	 * @param match The addresses of the client's requests, for example
	 * https://api.openai.com/**. Without it the requests of the HTTP service group of the
	 * client's name.
	 * @param dialect How the provider reports its limits: "auto" chooses by the host.
	 * Also openai, azure-openai, anthropic, groq, mistral, cerebras, gemini, openrouter,
	 * together, bedrock, xai, github, ietf, none, or the name of a ClientDialect bean.
	 * @param key What the provider counts its quotas by.
	 * @param requests Requests that the provider allows, for example 500/min; discovered
	 * from its responses if omitted.
	 * @param tokens Tokens of input and output together that the provider allows, for
	 * example 500000/min.
	 * @param inputTokens Tokens of the input that the provider allows.
	 * @param outputTokens Tokens of the output that the provider allows.
	 * @param maxConcurrent How many calls may be in flight for a key; any number if
	 * omitted.
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
		 * @param maxAttempts Maximum number of attempts of a request; 1 for no retries,
		 * which SDKs make anyway.
		 * @param budget Maximum part of the requests that may be retried.
		 */
		public record Retry(@DefaultValue("1") int maxAttempts, @DefaultValue("10%") String budget) {

		}

		/**
		 * The settings that differ for single models.
		 *
		 * @param requests Requests that the provider allows, for example 500/min;
		 * discovered from its responses if omitted.
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

	/**
	 * Limits on HTTP requests.
	 *
	 * @param headers Styles of the headers that report limits to callers.
	 * @param upstreamHeaders Whose rate limit headers a response has if the application
	 * copies those of a service that it calls.
	 * @param body Style of the body of a refusal.
	 * @param longestRetry Longest wait for which SDKs of providers should sleep before
	 * they retry. In the styles of openai and anthropic, the headers forbid a retry after
	 * a longer one and after every ban.
	 * @param ipv6Prefix Length of the prefix, in bits, that IPv6 addresses are counted
	 * by.
	 * @param rules Which requests are limited, and by which limits. Every matching rule
	 * applies.
	 */
	// @formatter:off
	public record Http(@DefaultValue({ "x-ratelimit", "draft-11" }) List<String> headers,
			@DefaultValue("replace") UpstreamHeadersMode upstreamHeaders, @DefaultValue("problem") String body,
			@DefaultValue("1m") Duration longestRetry, @DefaultValue("64") int ipv6Prefix,
			@DefaultValue List<Rule> rules) {
		// @formatter:on

		/**
		 * One rule.
		 *
		 * @param path Path pattern within the application, such as "/v1/**".
		 * @param methods HTTP methods that the rule applies to. All by default; GET
		 * includes HEAD.
		 * @param limits Names of the limits that apply.
		 * @param body Style of the body of a refusal under this rule. The general one by
		 * default.
		 * @param unless Condition under which a request is exempt from the limits of this
		 * rule.
		 * @param when When the rule is applied, relative to Spring Security.
		 */
		public record Rule(@Nullable String path, @DefaultValue List<String> methods, @DefaultValue List<String> limits,
				@Nullable String body, @Nullable String unless, @DefaultValue("auto") RulePhase when) {

		}

	}

}
