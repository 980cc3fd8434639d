package io.github.ratelimit.event;

import io.github.ratelimit.KeyLabel;
import org.jspecify.annotations.Nullable;

/**
 * Published by the application context when an allowed call leaves a key with at most a
 * fifth of the permits of a rate: once for each rate, and again after the key has had
 * more than half of its permits. There is none for rates of fewer than five permits and
 * for limits whose calls are queued ({@code max-wait}). The thread of the call publishes
 * it, so listeners must be fast, or be {@code @Async}.
 *
 * @param limit the name of the limit
 * @param key what may be shown of the key
 * @param path the path pattern of the handler or of the rule, such as
 * {@code /orders/{id}}, never the path itself; null outside a request, and for a call
 * that has waited in another thread
 * @param remaining the permits that are left, of the rate that is nearly used up
 * @param capacity the permits of that rate when it is full
 */
public record KeyNearLimitEvent(String limit, KeyLabel key, @Nullable String path, long remaining, long capacity) {
}
