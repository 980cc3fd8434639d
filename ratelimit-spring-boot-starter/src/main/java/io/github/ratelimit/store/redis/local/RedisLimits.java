package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitHandle.PreparedForm;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.time.Duration;
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
import org.jspecify.annotations.Nullable;

/**
 * The limits as the store counts them, with what this instance remembers of their keys,
 * and what they do during an outage. Thread-safe.
 */
public final class RedisLimits {

	private final RedisKeyNames names;

	private final Duration slotLease;

	private final int maxKnownKeys;

	private final OnStoreFailure onStoreFailure;

	private final ConcurrentMap<String, RememberedKeys> keys = new ConcurrentHashMap<>();

	private final PreparedForm<CountedLimit> forms = new PreparedForm<>(this::prepare);

	private volatile Supplier<Collection<RegisteredLimit>> configured = List::of;

	/**
	 * Creates them.
	 * @param names the names of keys
	 * @param slotLease for how long slots are leased
	 * @param maxKnownKeys how many keys of a limit are remembered
	 * @param onStoreFailure what limits do that have no setting of their own
	 */
	public RedisLimits(RedisKeyNames names, Duration slotLease, int maxKnownKeys, OnStoreFailure onStoreFailure) {
		this.names = names;
		this.slotLease = slotLease;
		this.maxKnownKeys = maxKnownKeys;
		this.onStoreFailure = onStoreFailure;
	}

	private CountedLimit prepare(LimitHandle limit) {
		LimitEncoding encoding = LimitEncoding.of(limit.limit(), this.slotLease);
		RememberedKeys keys = this.keys.computeIfAbsent(encoding.space(),
				(space) -> new RememberedKeys(limit, space, this.names, this.maxKnownKeys));
		return new CountedLimit(limit, keys, encoding);
	}

	public CountedLimit of(LimitHandle limit) {
		return this.forms.of(limit);
	}

	/** Gives back the permits of all leases. */
	public List<CompletableFuture<?>> closeLeases() {
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
	public void configured(Supplier<Collection<RegisteredLimit>> configured) {
		this.configured = configured;
	}

	/** Returns what a limit does during an outage: its own setting or the general one. */
	public OnStoreFailure onStoreFailure(LimitHandle limit) {
		OnStoreFailure own = limit.registered().settings().onStoreFailure();
		return (own != null) ? own : this.onStoreFailure;
	}

	/** Describes for the log what limits do during an outage of Redis. */
	public String describeFailurePolicies() {
		Map<String, OnStoreFailure> different = new TreeMap<>();
		this.keys.values().forEach((keys) -> addIfDifferent(keys.limit(), different));
		this.configured.get().forEach((limit) -> addIfDifferent(limit, different));
		StringBuilder text = new StringBuilder(word(this.onStoreFailure));
		different.forEach((limit, policy) -> text.append(", but ").append(limit).append(' ').append(word(policy)));
		return text.toString();
	}

	private void addIfDifferent(RegisteredLimit limit, Map<String, OnStoreFailure> different) {
		OnStoreFailure own = limit.settings().onStoreFailure();
		if (own != null && own != this.onStoreFailure) {
			different.put(limit.name(), own);
		}
	}

	private static String word(OnStoreFailure policy) {
		return policy.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * A limit as this store counts it: the keys, which all forms of the limit share, and
	 * the encoding of one form. Thread-safe.
	 */
	public static final class CountedLimit {

		private final LimitHandle handle;

		private final RememberedKeys keys;

		private final LimitEncoding encoding;

		private volatile @Nullable Share share;

		private CountedLimit(LimitHandle handle, RememberedKeys keys, LimitEncoding encoding) {
			this.handle = handle;
			this.keys = keys;
			this.encoding = encoding;
		}

		public RememberedKeys keys() {
			return this.keys;
		}

		public LimitEncoding encoding() {
			return this.encoding;
		}

		/**
		 * Returns the limit as one of several instances counts it alone.
		 * @param instances how many share it, at least 1
		 */
		LimitHandle share(int instances) {
			if (instances <= 1) {
				return this.handle;
			}
			Share share = this.share;
			if (share == null || share.instances() != instances) {
				share = new Share(instances, this.handle.withLimit(InstanceShare.of(this.handle.limit(), instances)));
				this.share = share;
			}
			return share.handle();
		}

	}

	private record Share(int instances, LimitHandle handle) {
	}

}
