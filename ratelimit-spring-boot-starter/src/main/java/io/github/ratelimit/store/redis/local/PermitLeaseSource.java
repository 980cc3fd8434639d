package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.client.RedisNodes;
import io.github.ratelimit.store.redis.client.ScriptReplies;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.BucketSnapshot;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * Takes the permits of leases from Redis and gives them back, in the background.
 * Thread-safe.
 *
 * @param redis where they are taken
 * @param refunds gives back what is not spent
 */
public record PermitLeaseSource(RedisAccess redis, PermitRefunds refunds) {

	private static final byte GRANTED = '1';

	/** Takes permits in advance, without waiting, and passes them to the lease. */
	void take(PermitLease lease, RememberedKey key, BucketEncoding encoding, long permits) {
		RedisNodes.Node node = this.redis.node(key.name());
		if (node.isOpen()) {
			lease.taken(permits, null);
			return;
		}
		long asked = this.redis.now();
		CompletableFuture<byte[]> asking = this.redis.run(this.redis.scripts().take(), key.name(),
				LimitEncoding.withFresh(encoding.encode(permits), key.newOrigin()));
		ScriptReplies.orLost(asking).whenComplete((bytes, failure) -> {
			if (failure != null) {
				node.failed(failure, key.name());
				lease.taken(permits, null);
				return;
			}
			long now = this.redis.now();
			node.answered(now - asked);
			ByteBuffer answer = ByteBuffer.wrap(bytes);
			boolean granted = answer.get() == GRANTED;
			BucketSnapshot state = new BucketSnapshot(answer, encoding, asked, now);
			key.saw(state);
			lease.taken(permits, granted ? state : null);
		});
	}

}
