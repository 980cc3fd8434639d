/**
 * Permits kept in the memory of one process: the count of each key by the algorithm of
 * its limit, token buckets by Bucket4j's arithmetic, and the bounded tables from which
 * keys are dropped.
 */
@NullMarked
package io.github.ratelimit.store.memory;

import org.jspecify.annotations.NullMarked;
