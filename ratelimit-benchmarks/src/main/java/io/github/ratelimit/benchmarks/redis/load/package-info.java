/** Threads that ask limiters, and what they were answered. */
package io.github.ratelimit.benchmarks.redis.load;
