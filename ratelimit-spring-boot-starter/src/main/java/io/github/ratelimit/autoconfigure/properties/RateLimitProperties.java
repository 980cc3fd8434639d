package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.LimitUnit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.expression.OnMissingKey;
import io.github.ratelimit.web.path.RulePhase;
import io.github.ratelimit.web.response.UpstreamHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.convert.Delimiter;

/**
 * The properties under {@code ratelimit}.
 */
@ConfigurationProperties("ratelimit")
public class RateLimitProperties {

	/**
	 * Whether limits are enforced at all.
	 */
	private boolean enabled = true;

	/**
	 * What refusals do: "enforce" answers them, "shadow" counts them and lets every call
	 * through.
	 */
	private LimitMode mode = LimitMode.ENFORCE;

	/**
	 * How long the result of a PlanResolver is cached for a key.
	 */
	private Duration planTtl = Duration.ofMinutes(1);

	/**
	 * Where permits are kept.
	 */
	private Store store = Store.MEMORY;

	/**
	 * What limits do while a shared store fails.
	 */
	private OnStoreFailure onStoreFailure = OnStoreFailure.SHARE;

	@NestedConfigurationProperty
	private final Memory memory = new Memory();

	@NestedConfigurationProperty
	private final Redis redis = new Redis();

	/**
	 * Limits by their names: letters, digits, '-' and '_'.
	 */
	private Map<String, LimitProperties> limits = new LinkedHashMap<>();

	/**
	 * Calls to limited APIs, by the names of their clients. Clients and limits share one
	 * name space.
	 */
	private Map<String, ClientProperties> clients = new LinkedHashMap<>();

	@NestedConfigurationProperty
	private final Http http = new Http();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public LimitMode getMode() {
		return this.mode;
	}

	public void setMode(LimitMode mode) {
		this.mode = mode;
	}

	public Duration getPlanTtl() {
		return this.planTtl;
	}

	public void setPlanTtl(Duration planTtl) {
		this.planTtl = planTtl;
	}

	public Store getStore() {
		return this.store;
	}

	public void setStore(Store store) {
		this.store = store;
	}

	public OnStoreFailure getOnStoreFailure() {
		return this.onStoreFailure;
	}

	public void setOnStoreFailure(OnStoreFailure onStoreFailure) {
		this.onStoreFailure = onStoreFailure;
	}

	public Memory getMemory() {
		return this.memory;
	}

	public Redis getRedis() {
		return this.redis;
	}

	public Map<String, LimitProperties> getLimits() {
		return this.limits;
	}

	public void setLimits(Map<String, LimitProperties> limits) {
		this.limits = limits;
	}

	public Map<String, ClientProperties> getClients() {
		return this.clients;
	}

	public void setClients(Map<String, ClientProperties> clients) {
		this.clients = clients;
	}

	public Http getHttp() {
		return this.http;
	}

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

	/** Settings of the memory store. */
	public static class Memory {

		/**
		 * Maximum number of keys of each limit. Beyond it the keys nearest to full are
		 * evicted.
		 */
		private int maxKeysPerLimit = 100_000;

		public int getMaxKeysPerLimit() {
			return this.maxKeysPerLimit;
		}

		public void setMaxKeysPerLimit(int maxKeysPerLimit) {
			this.maxKeysPerLimit = maxKeysPerLimit;
		}

	}

	/**
	 * Settings of the Redis store. The connection's own are those of spring.data.redis.
	 */
	public static class Redis {

		/**
		 * Prefix of all keys in Redis.
		 */
		private String keyPrefix = "ratelimit";

		/**
		 * How long a decision may take in total. After it, the last known state decides.
		 */
		private Duration deadline = Duration.ofMillis(50);

		/**
		 * How long an in-flight call keeps its slot (max-concurrent) if its instance
		 * fails. The lease is renewed while the call runs.
		 */
		private Duration slotLease = Duration.ofSeconds(30);

		public String getKeyPrefix() {
			return this.keyPrefix;
		}

		public void setKeyPrefix(String keyPrefix) {
			this.keyPrefix = keyPrefix;
		}

		public Duration getDeadline() {
			return this.deadline;
		}

		public void setDeadline(Duration deadline) {
			this.deadline = deadline;
		}

		public Duration getSlotLease() {
			return this.slotLease;
		}

		public void setSlotLease(Duration slotLease) {
			this.slotLease = slotLease;
		}

	}

	/** One limit. */
	public static class LimitProperties {

		/**
		 * Rates that all apply, each as permits/period with an optional burst, such as
		 * "60/min burst 90" or "5/15min". Units are ms, s, min, h and d.
		 */
		private List<String> rate = new ArrayList<>();

		/**
		 * Expressions for the key that calls are counted for; the first that has a value.
		 */
		@Delimiter(Delimiter.NONE)
		private List<String> key = new ArrayList<>();

		/**
		 * Number or expression for how many permits a call costs. One permit by default.
		 */
		private @Nullable String cost;

		/**
		 * Expression for the actual cost of a call in permits, evaluated after the
		 * response. By default, and if the value is 0, what was reserved.
		 */
		private @Nullable String settle;

		/**
		 * Condition under which a call counts, evaluated after the response, such as
		 * "status == 401". Every call counts by default.
		 */
		private @Nullable String countWhen;

		/**
		 * What happens to a call without a key.
		 */
		private OnMissingKey onMissingKey = OnMissingKey.IP;

		/**
		 * How the limit counts.
		 */
		private Algorithm algorithm = Algorithm.TOKEN_BUCKET;

		/**
		 * Segments that a sliding window divides its period into. By default 20.
		 */
		private @Nullable Integer segments;

		/**
		 * Calls that may be in flight at once, instead of a rate.
		 */
		private @Nullable Long maxConcurrent;

		/**
		 * How long a call may be queued instead of being refused. Calls are then admitted
		 * at even intervals.
		 */
		private @Nullable Duration maxWait;

		/**
		 * Calls of an instance that may be queued at a time. By default 100.
		 */
		private @Nullable Integer maxWaiting;

		/**
		 * What a permit represents for callers: "requests" or "tokens", for headers that
		 * distinguish them.
		 */
		private @Nullable LimitUnit unit;

		/**
		 * Maximum debt in permits, if calls cost more than was reserved: a number, or
		 * "none" for no bound. The capacity by default.
		 */
		private @Nullable String maxDebt;

		/**
		 * After how many refusals in what time a key is banned and for how long, such as
		 * "20 denials in 10min for 1h".
		 */
		private @Nullable String banAfter;

		/**
		 * What a refusal of this limit does: "enforce" answers it, "shadow" counts it and
		 * lets the call through.
		 */
		private LimitMode mode = LimitMode.ENFORCE;

		/**
		 * Expression for the name of a call's plan. Without it a bean of type
		 * PlanResolver is called.
		 */
		private @Nullable String plan;

		/**
		 * Rates, or numbers of concurrent calls, by the names of the plans that have
		 * others than the limit's own.
		 */
		private Map<String, List<String>> plans = new LinkedHashMap<>();

		/**
		 * Condition under which a call is exempt, such as "hasRole('PARTNER')" or
		 * "inSubnet('10.0.0.0/8')".
		 */
		private @Nullable String unless;

		/**
		 * Whether responses omit this limit.
		 */
		private boolean hideHeaders;

		/**
		 * What the limit does while a shared store fails. The general setting by default.
		 */
		private @Nullable OnStoreFailure onStoreFailure;

		/**
		 * How long an instance may hold permits that it takes in advance for very busy
		 * keys. Off by default; from 10ms to 1s, only with Redis.
		 */
		private @Nullable Duration lease;

		public List<String> getRate() {
			return this.rate;
		}

		public void setRate(List<String> rate) {
			this.rate = rate;
		}

		public List<String> getKey() {
			return this.key;
		}

		public void setKey(List<String> key) {
			this.key = key;
		}

		public @Nullable String getCost() {
			return this.cost;
		}

		public void setCost(@Nullable String cost) {
			this.cost = cost;
		}

		public @Nullable String getSettle() {
			return this.settle;
		}

		public void setSettle(@Nullable String settle) {
			this.settle = settle;
		}

		public @Nullable String getCountWhen() {
			return this.countWhen;
		}

		public void setCountWhen(@Nullable String countWhen) {
			this.countWhen = countWhen;
		}

		public OnMissingKey getOnMissingKey() {
			return this.onMissingKey;
		}

		public void setOnMissingKey(OnMissingKey onMissingKey) {
			this.onMissingKey = onMissingKey;
		}

		public Algorithm getAlgorithm() {
			return this.algorithm;
		}

		public void setAlgorithm(Algorithm algorithm) {
			this.algorithm = algorithm;
		}

		public @Nullable Integer getSegments() {
			return this.segments;
		}

		public void setSegments(@Nullable Integer segments) {
			this.segments = segments;
		}

		public @Nullable Long getMaxConcurrent() {
			return this.maxConcurrent;
		}

		public void setMaxConcurrent(@Nullable Long maxConcurrent) {
			this.maxConcurrent = maxConcurrent;
		}

		public @Nullable Duration getMaxWait() {
			return this.maxWait;
		}

		public void setMaxWait(@Nullable Duration maxWait) {
			this.maxWait = maxWait;
		}

		public @Nullable Integer getMaxWaiting() {
			return this.maxWaiting;
		}

		public void setMaxWaiting(@Nullable Integer maxWaiting) {
			this.maxWaiting = maxWaiting;
		}

		public @Nullable LimitUnit getUnit() {
			return this.unit;
		}

		public void setUnit(@Nullable LimitUnit unit) {
			this.unit = unit;
		}

		public @Nullable String getMaxDebt() {
			return this.maxDebt;
		}

		public void setMaxDebt(@Nullable String maxDebt) {
			this.maxDebt = maxDebt;
		}

		public @Nullable String getBanAfter() {
			return this.banAfter;
		}

		public void setBanAfter(@Nullable String banAfter) {
			this.banAfter = banAfter;
		}

		public LimitMode getMode() {
			return this.mode;
		}

		public void setMode(LimitMode mode) {
			this.mode = mode;
		}

		public @Nullable String getPlan() {
			return this.plan;
		}

		public void setPlan(@Nullable String plan) {
			this.plan = plan;
		}

		public Map<String, List<String>> getPlans() {
			return this.plans;
		}

		public void setPlans(Map<String, List<String>> plans) {
			this.plans = plans;
		}

		public @Nullable String getUnless() {
			return this.unless;
		}

		public void setUnless(@Nullable String unless) {
			this.unless = unless;
		}

		public boolean isHideHeaders() {
			return this.hideHeaders;
		}

		public void setHideHeaders(boolean hideHeaders) {
			this.hideHeaders = hideHeaders;
		}

		public @Nullable OnStoreFailure getOnStoreFailure() {
			return this.onStoreFailure;
		}

		public void setOnStoreFailure(@Nullable OnStoreFailure onStoreFailure) {
			this.onStoreFailure = onStoreFailure;
		}

		public @Nullable Duration getLease() {
			return this.lease;
		}

		public void setLease(@Nullable Duration lease) {
			this.lease = lease;
		}

	}

	/** Limits on HTTP requests. */
	public static class Http {

		/**
		 * Styles of the headers that report limits to callers.
		 */
		private List<String> headers = new ArrayList<>(List.of("x-ratelimit", "draft-11"));

		/**
		 * Whose rate limit headers a response has if the application copies those of a
		 * service that it calls.
		 */
		private UpstreamHeaders upstreamHeaders = UpstreamHeaders.REPLACE;

		/**
		 * Style of the body of a refusal.
		 */
		private String body = "problem";

		/**
		 * Longest wait for which SDKs of providers should sleep before they retry. In the
		 * styles of openai and anthropic, the headers forbid a retry after a longer one
		 * and after every ban.
		 */
		private Duration longestRetry = Duration.ofMinutes(1);

		/**
		 * Length of the prefix, in bits, that IPv6 addresses are counted by.
		 */
		private int ipv6Prefix = 64;

		/**
		 * Which requests are limited, and by which limits. Every matching rule applies.
		 */
		private List<Rule> rules = new ArrayList<>();

		public List<String> getHeaders() {
			return this.headers;
		}

		public void setHeaders(List<String> headers) {
			this.headers = headers;
		}

		public UpstreamHeaders getUpstreamHeaders() {
			return this.upstreamHeaders;
		}

		public void setUpstreamHeaders(UpstreamHeaders upstreamHeaders) {
			this.upstreamHeaders = upstreamHeaders;
		}

		public String getBody() {
			return this.body;
		}

		public void setBody(String body) {
			this.body = body;
		}

		public Duration getLongestRetry() {
			return this.longestRetry;
		}

		public void setLongestRetry(Duration longestRetry) {
			this.longestRetry = longestRetry;
		}

		public int getIpv6Prefix() {
			return this.ipv6Prefix;
		}

		public void setIpv6Prefix(int ipv6Prefix) {
			this.ipv6Prefix = ipv6Prefix;
		}

		public List<Rule> getRules() {
			return this.rules;
		}

		public void setRules(List<Rule> rules) {
			this.rules = rules;
		}

		/** One rule. */
		public static class Rule {

			/**
			 * Path pattern within the application, such as "/v1/**".
			 */
			private @Nullable String path;

			/**
			 * HTTP methods that the rule applies to. All by default; GET includes HEAD.
			 */
			private List<String> methods = new ArrayList<>();

			/**
			 * Names of the limits that apply.
			 */
			private List<String> limits = new ArrayList<>();

			/**
			 * Style of the body of a refusal under this rule. The general one by default.
			 */
			private @Nullable String body;

			/**
			 * Condition under which a request is exempt from the limits of this rule.
			 */
			private @Nullable String unless;

			/**
			 * When the rule is applied, relative to Spring Security.
			 */
			private RulePhase when = RulePhase.AUTO;

			public @Nullable String getPath() {
				return this.path;
			}

			public void setPath(@Nullable String path) {
				this.path = path;
			}

			public List<String> getMethods() {
				return this.methods;
			}

			public void setMethods(List<String> methods) {
				this.methods = methods;
			}

			public List<String> getLimits() {
				return this.limits;
			}

			public void setLimits(List<String> limits) {
				this.limits = limits;
			}

			public @Nullable String getBody() {
				return this.body;
			}

			public void setBody(@Nullable String body) {
				this.body = body;
			}

			public @Nullable String getUnless() {
				return this.unless;
			}

			public void setUnless(@Nullable String unless) {
				this.unless = unless;
			}

			public RulePhase getWhen() {
				return this.when;
			}

			public void setWhen(RulePhase when) {
				this.when = when;
			}

		}

	}

}
