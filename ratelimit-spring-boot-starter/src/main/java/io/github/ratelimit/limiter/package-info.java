/**
 * The decision over the charges of a call: limits first, then budgets of clients. Bans,
 * shadow mode, calls that are charged by their outcome, how often denials and keys near
 * their limit are reported, and what happens when the limiter itself fails.
 */
@NullMarked
package io.github.ratelimit.limiter;

import org.jspecify.annotations.NullMarked;
