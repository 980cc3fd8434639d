package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.BucketSnapshot;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The source from which leases take permits and to which they give them back.
 */
public interface PermitLeaseSource {

	/** Takes permits in advance, without waiting, and passes them to the lease. */
	void take(PermitLease lease, BucketEncoding scale, long permits);

	/** Gives back what a lease has not spent, without waiting. */
	CompletableFuture<?> giveBack(PermitLease lease, BucketSnapshot from, long permits);

	/** Returns the scheduler that ends leases in time. */
	ScheduledExecutorService scheduler();

}
