/**
 * Permits shared through Redis: decided there in one call, never slower than a deadline.
 */
@NullMarked
package io.github.ratelimit.store.redis;

import org.jspecify.annotations.NullMarked;
