/**
 * Real Redis servers for tests and benchmarks: processes, clusters, sentinels and a
 * faulty network. Only the tests here use a test framework.
 */
@NullMarked
package io.github.ratelimit.store.redis.server;

import org.jspecify.annotations.NullMarked;
