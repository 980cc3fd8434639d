package io.github.ratelimit.provider.dialect;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The reason for which a provider refused a request because of its limits.
 *
 * @param kind the reason
 * @param retryAfter the time after which the provider expects the request again; null if
 * it is not reported
 * @param dimension the exhausted dimension; null if it is not reported
 * @param code the provider's own word for the reason, for logs and metrics: at most 64
 * letters, digits, {@code _}, {@code -} and {@code .}
 * @param retryRefused whether the provider asks not to repeat the request ({@code
 * x-should-retry: false}), as it may if the wait is long
 */
public record Throttle(Kind kind, @Nullable Duration retryAfter, @Nullable Dimension dimension, String code,
		boolean retryRefused) {

	/**
	 * Creates a throttle.
	 * @throws IllegalArgumentException if the time is negative
	 */
	public Throttle {
		Objects.requireNonNull(kind, "kind");
		Objects.requireNonNull(code, "code");
		if (retryAfter != null && retryAfter.isNegative()) {
			throw new IllegalArgumentException("retryAfter=" + retryAfter + ": pass a time that is not negative.");
		}
	}

	/**
	 * Creates a throttle of a provider that does not forbid a retry.
	 * @param kind the reason
	 * @param retryAfter the time after which the provider expects the request again; null
	 * if it is not reported
	 * @param dimension the exhausted dimension; null if it is not reported
	 * @param code the provider's own word for the reason
	 */
	public Throttle(Kind kind, @Nullable Duration retryAfter, @Nullable Dimension dimension, String code) {
		this(kind, retryAfter, dimension, code, false);
	}

	/** Returns whether the same request can succeed later. */
	public boolean isRetryable() {
		return this.kind == Kind.RATE_LIMITED || this.kind == Kind.OVERLOADED;
	}

	/** Returns another reason for the same error of the provider. */
	Throttle with(Kind kind, @Nullable Duration retryAfter, @Nullable Dimension dimension) {
		return new Throttle(kind, retryAfter, dimension, this.code, this.retryRefused);
	}

	/** Reasons. */
	public enum Kind {

		/** A limit of rate or concurrency is exhausted. */
		RATE_LIMITED,

		/**
		 * The provider has too little capacity for all its clients; no limit is
		 * exhausted.
		 */
		OVERLOADED,

		/** Credit, a spend limit or the quota of a long period is used up. */
		QUOTA_SPENT,

		/** The request needs more than the capacity of the limit. */
		REQUEST_TOO_LARGE

	}

}
