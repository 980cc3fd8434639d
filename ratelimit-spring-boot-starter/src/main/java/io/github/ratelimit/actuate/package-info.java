/**
 * The {@code ratelimits} endpoint: what it shows, changes and answers; and the health of
 * the limits.
 */
@NullMarked
package io.github.ratelimit.actuate;

import org.jspecify.annotations.NullMarked;
