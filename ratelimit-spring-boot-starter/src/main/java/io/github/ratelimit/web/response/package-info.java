/**
 * The responses to HTTP clients: the rate limit headers of limited calls, and status,
 * headers and body of refused ones (429, 413, 403, 503).
 */
@NullMarked
package io.github.ratelimit.web.response;

import org.jspecify.annotations.NullMarked;
