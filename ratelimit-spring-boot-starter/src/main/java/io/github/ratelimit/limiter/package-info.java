/**
 * The decision over several limits at once: bans, shadow mode, calls that count by their
 * outcome, and what happens when the limiter itself fails.
 */
@NullMarked
package io.github.ratelimit.limiter;

import org.jspecify.annotations.NullMarked;
