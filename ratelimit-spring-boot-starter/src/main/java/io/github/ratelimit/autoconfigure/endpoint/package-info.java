/**
 * Properties of the {@code ratelimits} endpoint, and what web frameworks do for it on the
 * port of the endpoints.
 */
@NullMarked
package io.github.ratelimit.autoconfigure.endpoint;

import org.jspecify.annotations.NullMarked;
