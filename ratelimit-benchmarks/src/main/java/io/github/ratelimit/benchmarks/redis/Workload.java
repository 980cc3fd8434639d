package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.redis.load.Caller;
import java.util.function.IntFunction;

/**
 * What the threads of a load ask.
 *
 * @param name what it is called in the output
 * @param callers makes the caller of each thread, counted from zero
 */
record Workload(String name, IntFunction<Caller> callers) {

}
