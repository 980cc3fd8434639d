/** Redis processes, what is between them and their clients, and connections to them. */
package io.github.ratelimit.benchmarks.redis.server;
