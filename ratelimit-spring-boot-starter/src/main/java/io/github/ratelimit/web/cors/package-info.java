/**
 * The CORS headers of refusals and of rate limit headers, taken from the application's
 * own CORS configuration.
 */
@NullMarked
package io.github.ratelimit.web.cors;

import org.jspecify.annotations.NullMarked;
