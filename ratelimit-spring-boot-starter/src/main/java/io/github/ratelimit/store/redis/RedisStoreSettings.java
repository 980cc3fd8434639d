package io.github.ratelimit.store.redis;

import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import java.time.Duration;

/**
 * The settings of a {@link RedisStore}.
 *
 * @param keyPrefix what all keys in Redis begin with, not empty, without braces
 * @param deadline how long a decision may take in all, positive
 * @param maxKnownKeys the number of keys of a limit whose last state this instance
 * remembers, at least 1
 * @param onStoreFailure what limits do while Redis fails that have no setting of their
 * own
 * @param slotLease how long the slot of a call in flight is held for an instance that no
 * longer answers, at least a second; calls may last longer
 */
public record RedisStoreSettings(String keyPrefix, Duration deadline, int maxKnownKeys, OnStoreFailure onStoreFailure,
		Duration slotLease) {

	/** The default prefix of keys. */
	public static final String DEFAULT_KEY_PREFIX = "ratelimit";

	private static final Duration LEAST_SLOT_LEASE = Duration.ofSeconds(1);

	/**
	 * The default time for which a slot is held for an instance that no longer answers:
	 * 30 s.
	 */
	public static final Duration DEFAULT_SLOT_LEASE = Duration.ofSeconds(30);

	/**
	 * Creates settings with {@link #DEFAULT_SLOT_LEASE}.
	 * @throws IllegalArgumentException if one is out of range
	 */
	public RedisStoreSettings(String keyPrefix, Duration deadline, int maxKnownKeys, OnStoreFailure onStoreFailure) {
		this(keyPrefix, deadline, maxKnownKeys, onStoreFailure, DEFAULT_SLOT_LEASE);
	}

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if one is out of range
	 */
	public RedisStoreSettings {
		check(keyPrefix, deadline);
		if (maxKnownKeys < 1) {
			throw new IllegalArgumentException(
					"The store cannot remember " + maxKnownKeys + " keys per limit. Give it room for at least 1.");
		}
		if (slotLease.compareTo(LEAST_SLOT_LEASE) < 0 || slotLease.compareTo(Rate.MAX_TIME_TO_FULL) > 0) {
			throw new IllegalArgumentException("The slots of calls in flight are leased for " + slotLease
					+ ". Write at least 1s, for example 30s.");
		}
	}

	public static void check(String keyPrefix, Duration deadline) {
		if (keyPrefix.isEmpty() || keyPrefix.indexOf('{') >= 0 || keyPrefix.indexOf('}') >= 0) {
			throw new IllegalArgumentException("'" + keyPrefix
					+ "' cannot be the prefix of keys in Redis. Use at least one character, and no braces.");
		}
		if (deadline.isNegative() || deadline.isZero()) {
			throw new IllegalArgumentException("The deadline of a decision is " + deadline + ". It must be positive.");
		}
	}

}
