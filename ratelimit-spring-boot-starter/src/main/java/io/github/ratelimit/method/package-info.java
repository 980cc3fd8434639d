/**
 * The interceptor behind {@link io.github.ratelimit.RateLimited @RateLimited}: finds the
 * annotated methods and their fallbacks, names the limits that annotations declare,
 * checks all of it at start-up, and decides before each call.
 */
@NullMarked
package io.github.ratelimit.method;

import org.jspecify.annotations.NullMarked;
