package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import org.jspecify.annotations.Nullable;

/**
 * A limit as this store counts it: the keys, which all forms of the limit share, and the
 * encoding of one form. Thread-safe.
 */
public final class RedisLimit {

	private final LimitHandle handle;

	private final RememberedKeys keys;

	private final LimitEncoding encoding;

	private volatile @Nullable Share share;

	public RedisLimit(LimitHandle handle, RememberedKeys keys, LimitEncoding encoding) {
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

	private record Share(int instances, LimitHandle handle) {
	}

}
