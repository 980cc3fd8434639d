/**
 * Sends scripts through Lettuce or any other client, and watches the nodes: failures,
 * circuit breaker, probes.
 */
@NullMarked
package io.github.ratelimit.store.redis.client;

import org.jspecify.annotations.NullMarked;
