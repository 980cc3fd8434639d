/**
 * The {@code ratelimits} endpoint and the health of the limits.
 */
@NullMarked
package io.github.ratelimit.actuate;

import org.jspecify.annotations.NullMarked;
