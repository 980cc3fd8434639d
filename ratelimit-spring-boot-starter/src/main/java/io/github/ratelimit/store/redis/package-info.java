/**
 * The store that shares permits through Redis: decisions in one script call and within a
 * deadline, late replies, clusters, and what instances tell each other.
 */
@NullMarked
package io.github.ratelimit.store.redis;

import org.jspecify.annotations.NullMarked;
