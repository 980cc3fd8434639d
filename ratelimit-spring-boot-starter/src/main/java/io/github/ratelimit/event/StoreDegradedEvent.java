package io.github.ratelimit.event;

/**
 * Published by the application context when a shared store begins to fail: from now on
 * limits decide by {@code on-store-failure}. There is one event for each outage of a
 * node, also if the node answers for a moment meanwhile. A thread of its own publishes
 * it.
 *
 * @param store the type of the store, such as {@code redis}
 * @param node the node that fails, as the log names it
 * @param reason one word of a fixed set, such as {@code timeout} or {@code connection}
 */
public record StoreDegradedEvent(String store, String node, String reason) {
}
