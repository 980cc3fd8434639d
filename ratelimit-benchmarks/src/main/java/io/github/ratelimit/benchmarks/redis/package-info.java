/**
 * What a limit that instances share through Redis costs and grants, beside a bare script
 * call and beside other libraries.
 */
package io.github.ratelimit.benchmarks.redis;
