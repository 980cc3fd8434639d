/** Slots that processes share, one of which is killed and one stopped. */
package io.github.ratelimit.benchmarks.redis.slots;
