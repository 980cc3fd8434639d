/**
 * Sends scripts through Lettuce, Jedis or another client, and watches the nodes: kinds of
 * failures, circuit breaker, probes, outages in the log.
 */
@NullMarked
package io.github.ratelimit.store.redis.client;

import org.jspecify.annotations.NullMarked;
