/**
 * Bucket4j's arithmetic for the store in memory: a limit as a Bucket4j configuration, a
 * bucket's state as a decision.
 */
@NullMarked
package io.github.ratelimit.store.bucket4j;

import org.jspecify.annotations.NullMarked;
