/**
 * The page that a browser shows at the address of the {@code ratelimits} endpoint.
 */
@NullMarked
package io.github.ratelimit.actuate.page;

import org.jspecify.annotations.NullMarked;
