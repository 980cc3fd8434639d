/**
 * The advice behind {@link io.github.ratelimit.RateLimited @RateLimited}.
 */
@NullMarked
package io.github.ratelimit.method;

import org.jspecify.annotations.NullMarked;
