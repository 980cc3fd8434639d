package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * The receipt of permits that were taken during an outage of Redis.
 *
 * @param local what was taken in this instance's memory, null for slots
 * @param usage the usage of the key, null for slots
 * @param episode in which it was taken
 * @param lease names the lease of slots, null for permits
 */
record FallbackReceipt(@Nullable ChargeDecision local, @Nullable FallbackUsage usage, int episode,
		byte @Nullable [] lease) implements Receipt {
}
