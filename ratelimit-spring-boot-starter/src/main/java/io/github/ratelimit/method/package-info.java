/**
 * The interceptor behind {@link io.github.ratelimit.RateLimited @RateLimited}: finds the
 * annotated methods, checks them at start-up, and decides before each call.
 */
@NullMarked
package io.github.ratelimit.method;

import org.jspecify.annotations.NullMarked;
