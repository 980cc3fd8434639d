/** Figures of a run as tables, and the aims that they are held against. */
package io.github.ratelimit.benchmarks.redis.report;
