package io.github.ratelimit.event;

import java.time.Duration;

/**
 * Published by the application context when a shared store decides again after an outage
 * and has done so for five seconds. A thread of its own publishes it.
 *
 * @param store the type of the store, such as {@code redis}
 * @param node the node that had failed, as the log names it
 * @param outage for how long the node did not decide
 */
public record StoreRecoveredEvent(String store, String node, Duration outage) {
}
