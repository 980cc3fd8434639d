package io.github.ratelimit.store.redis.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The common state of all connections of a proxy: their faults, and what they have passed
 * on.
 */
final class ProxyTraffic {

	volatile long replyDelayNanos;

	volatile boolean dropping;

	final AtomicLong requestBytes = new AtomicLong();

	final AtomicLong replyBytes = new AtomicLong();

	final AtomicLong droppedBytes = new AtomicLong();

}
