/**
 * The decision over several limits together: bans, shadow mode, calls that are charged by
 * their outcome, reports of keys that are denied or near their limit, and what happens
 * when the limiter itself fails.
 */
@NullMarked
package io.github.ratelimit.limiter;

import org.jspecify.annotations.NullMarked;
