/**
 * What limits hold, and how long decisions take, while Redis is away, late or flapping.
 */
package io.github.ratelimit.benchmarks.redis.outage;
