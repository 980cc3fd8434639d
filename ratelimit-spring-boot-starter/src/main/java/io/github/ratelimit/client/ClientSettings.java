package io.github.ratelimit.client;

import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.provider.dialect.ClientDialect;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.util.PatternMatchUtils;

/**
 * A client as it is configured.
 *
 * @param name its name, which it shares with no limit
 * @param match the addresses of its requests, empty for those of the HTTP service group
 * of its name
 * @param dialect how its provider reports limits; null to choose by the host
 * @param key what its quotas are counted by
 * @param settings how its calls are governed
 * @param models how calls to single models are governed, the first that matches
 * @param retry whether refused requests are sent again
 */
public record ClientSettings(String name, List<UrlPattern> match, @Nullable ClientDialect dialect, List<KeyPart> key,
		GovernorSettings settings, List<ModelSettings> models, RetryPolicy retry) {

	/** Creates settings. */
	public ClientSettings {
		match = List.copyOf(match);
		key = List.copyOf(key);
		models = List.copyOf(models);
	}

	boolean matches(URI uri) {
		for (UrlPattern pattern : this.match) {
			if (pattern.matches(uri)) {
				return true;
			}
		}
		return false;
	}

	GovernorSettings settings(@Nullable String model) {
		if (model != null) {
			for (ModelSettings candidate : this.models) {
				if (candidate.matches(model)) {
					return candidate.settings();
				}
			}
		}
		return this.settings;
	}

	/** What the quota of a provider is counted by. */
	public enum KeyPart {

		/** The API key or token that the request carries; only its hash is kept. */
		CREDENTIAL,

		/** The model that the request names. */
		MODEL,

		/** The host of the request. */
		HOST

	}

	/**
	 * How the calls to some models are governed.
	 *
	 * @param pattern the name of a model; {@code *} matches any letters
	 * @param settings how its calls are governed
	 */
	public record ModelSettings(String pattern, GovernorSettings settings) {

		boolean matches(String model) {
			return PatternMatchUtils.simpleMatch(this.pattern, model);
		}

	}

	/**
	 * Whether requests that a provider refused because of its limits are sent again.
	 *
	 * @param maxAttempts how often a request is sent at most, 1 for no retries
	 * @param budget how many retries there may be for each request that is sent, from 0
	 * to 1
	 */
	public record RetryPolicy(int maxAttempts, double budget) {

		/** No retries. */
		public static final RetryPolicy NONE = new RetryPolicy(1, 0.1);

		/**
		 * Creates a policy.
		 * @throws IllegalArgumentException if a value is out of its range
		 */
		public RetryPolicy {
			if (maxAttempts < 1 || !(budget >= 0 && budget <= 1)) {
				throw new IllegalArgumentException("maxAttempts=" + maxAttempts + ", budget=" + budget
						+ ": pass at least 1 attempt and a budget from 0 to 1.");
			}
		}

	}

}
