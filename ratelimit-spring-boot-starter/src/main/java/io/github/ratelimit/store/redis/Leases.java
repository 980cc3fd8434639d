package io.github.ratelimit.store.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/** What leases need of the store. */
interface Leases {

	/** Takes permits in advance, without waiting, and tells the lease. */
	void take(KeyLease lease, LevelScale scale, long permits);

	/** Gives back what a lease has not spent, without waiting. */
	CompletableFuture<?> giveBack(KeyLease lease, SeenLevels from, long permits);

	/** Returns what ends leases in time. */
	ScheduledExecutorService scheduler();

}
