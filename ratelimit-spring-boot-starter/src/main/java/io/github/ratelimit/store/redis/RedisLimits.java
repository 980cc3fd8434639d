package io.github.ratelimit.store.redis;

import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitHandle.PreparedForm;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.redis.local.PermitLease;
import io.github.ratelimit.store.redis.local.RedisLimit;
import io.github.ratelimit.store.redis.local.RememberedKeys;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * The limits as the store counts them, with what this instance remembers of their keys.
 * Thread-safe.
 */
final class RedisLimits {

	private final RedisKeyNames names;

	private final RedisStoreSettings settings;

	private final ConcurrentMap<String, RememberedKeys> keys = new ConcurrentHashMap<>();

	private final PreparedForm<RedisLimit> forms = new PreparedForm<>(this::prepare);

	private volatile Supplier<Collection<RegisteredLimit>> configured = List::of;

	RedisLimits(RedisKeyNames names, RedisStoreSettings settings) {
		this.names = names;
		this.settings = settings;
	}

	private RedisLimit prepare(LimitHandle limit) {
		LimitEncoding encoding = LimitEncoding.of(limit.limit(), this.settings.slotLease());
		RememberedKeys keys = this.keys.computeIfAbsent(encoding.space(),
				(space) -> new RememberedKeys(limit, space, this.names, this.settings.maxKnownKeys()));
		return new RedisLimit(limit, keys, encoding);
	}

	RedisLimit of(LimitHandle limit) {
		return this.forms.of(limit);
	}

	PreparedForm<RedisLimit> forms() {
		return this.forms;
	}

	/** Gives back the permits of all leases. */
	List<CompletableFuture<?>> closeLeases() {
		List<CompletableFuture<?>> givenBack = new ArrayList<>();
		for (RememberedKeys keys : this.keys.values()) {
			keys.forEach((key) -> {
				PermitLease lease = key.lease();
				if (lease != null) {
					givenBack.add(lease.close());
				}
			});
		}
		return givenBack;
	}

	/**
	 * Sets the source of all limits of the application, including those without calls so
	 * far.
	 */
	void configured(Supplier<Collection<RegisteredLimit>> configured) {
		this.configured = configured;
	}

	/** Describes for the log what limits do during an outage of Redis. */
	String describeFailurePolicies() {
		Map<String, OnStoreFailure> different = new TreeMap<>();
		this.keys.values().forEach((keys) -> addIfDifferent(keys.limit(), different));
		this.configured.get().forEach((limit) -> addIfDifferent(limit, different));
		StringBuilder text = new StringBuilder(word(this.settings.onStoreFailure()));
		different.forEach((limit, policy) -> text.append(", but ").append(limit).append(' ').append(word(policy)));
		return text.toString();
	}

	private void addIfDifferent(RegisteredLimit limit, Map<String, OnStoreFailure> different) {
		OnStoreFailure own = limit.settings().onStoreFailure();
		if (own != null && own != this.settings.onStoreFailure()) {
			different.put(limit.name(), own);
		}
	}

	private static String word(OnStoreFailure policy) {
		return policy.name().toLowerCase(Locale.ROOT);
	}

}
