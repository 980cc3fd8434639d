package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.expression.OnMissingKey;
import io.github.ratelimit.web.RulePhase;
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
 * What can be written under {@code ratelimit}.
 */
@ConfigurationProperties("ratelimit")
public class RateLimitProperties {

	/**
	 * Whether limits are enforced at all.
	 */
	private boolean enabled = true;

	/**
	 * What a refusal does: "enforce" answers it.
	 */
	private Mode mode = Mode.ENFORCE;

	/**
	 * Where permits are kept.
	 */
	private Store store = Store.MEMORY;

	/**
	 * What limits do while a store that instances share fails.
	 */
	private OnStoreFailure onStoreFailure = OnStoreFailure.LOCAL;

	@NestedConfigurationProperty
	private final Memory memory = new Memory();

	@NestedConfigurationProperty
	private final Redis redis = new Redis();

	/**
	 * Limits by their names: letters, digits, '-' and '_'.
	 */
	private Map<String, LimitProperties> limits = new LinkedHashMap<>();

	@NestedConfigurationProperty
	private final Http http = new Http();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public Mode getMode() {
		return this.mode;
	}

	public void setMode(Mode mode) {
		this.mode = mode;
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

	public Http getHttp() {
		return this.http;
	}

	/** What a refusal does. */
	public enum Mode {

		/** A refusal is answered with 429. */
		ENFORCE

	}

	/** Where permits are kept. */
	public enum Store {

		/** In the memory of this process. */
		MEMORY,

		/** In Redis, shared by all instances. */
		REDIS

	}

	/** How a limit counts. */
	public enum Algorithm {

		/** Permits come back steadily and can be saved up to the burst. */
		TOKEN_BUCKET

	}

	/** Settings of what is kept in memory. */
	public static class Memory {

		/**
		 * Keys that are remembered for each limit. Beyond it the ones nearest to full are
		 * forgotten.
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
		 * What all keys in Redis begin with.
		 */
		private String keyPrefix = "ratelimit";

		/**
		 * How long a decision may take in all. Then on-store-failure decides.
		 */
		private Duration deadline = Duration.ofMillis(50);

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

	}

	/** One limit. */
	public static class LimitProperties {

		/**
		 * Rates that all hold, each as permits/period with an optional burst, such as
		 * "60/min burst 90" or "5/15min". Units are ms, s, min, h and d.
		 */
		private List<String> rate = new ArrayList<>();

		/**
		 * Expressions for whose calls are counted; the first that has a value.
		 */
		@Delimiter(Delimiter.NONE)
		private List<String> key = new ArrayList<>();

		/**
		 * Number or expression for how many permits a call costs. One permit by default.
		 */
		private @Nullable String cost;

		/**
		 * Expression for how many permits a call turned out to cost, evaluated after the
		 * response. What was reserved by default.
		 */
		private @Nullable String settle;

		/**
		 * Condition under which a call counts, evaluated after the response, such as
		 * "status == 401". Every call counts by default.
		 */
		private @Nullable String countWhen;

		/**
		 * What happens to a call that has no key.
		 */
		private OnMissingKey onMissingKey = OnMissingKey.IP;

		/**
		 * How the limit counts.
		 */
		private Algorithm algorithm = Algorithm.TOKEN_BUCKET;

		/**
		 * Whether answers are silent about this limit.
		 */
		private boolean hideHeaders;

		/**
		 * What the limit does while a store that instances share fails. The general
		 * setting by default.
		 */
		private @Nullable OnStoreFailure onStoreFailure;

		/**
		 * For how long an instance may take permits in advance, for keys that are asked
		 * for very often. Off by default; from 10ms to 1s, only with Redis.
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
		 * Styles of the headers that tell callers about their limits.
		 */
		private List<String> headers = new ArrayList<>(List.of("x-ratelimit", "draft-11"));

		/**
		 * Style of the body of a refusal.
		 */
		private String body = "problem";

		/**
		 * Length of the prefix, in bits, that IPv6 addresses are counted by.
		 */
		private int ipv6Prefix = 64;

		/**
		 * Which requests are limited by what. Every matching rule applies.
		 */
		private List<Rule> rules = new ArrayList<>();

		public List<String> getHeaders() {
			return this.headers;
		}

		public void setHeaders(List<String> headers) {
			this.headers = headers;
		}

		public String getBody() {
			return this.body;
		}

		public void setBody(String body) {
			this.body = body;
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
			 * HTTP methods the rule is about. All by default; GET includes HEAD.
			 */
			private List<String> methods = new ArrayList<>();

			/**
			 * Names of the limits that hold.
			 */
			private List<String> limits = new ArrayList<>();

			/**
			 * Style of the body of a refusal under this rule. The general one by default.
			 */
			private @Nullable String body;

			/**
			 * When the rule is applied, seen from Spring Security.
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

			public RulePhase getWhen() {
				return this.when;
			}

			public void setWhen(RulePhase when) {
				this.when = when;
			}

		}

	}

}
