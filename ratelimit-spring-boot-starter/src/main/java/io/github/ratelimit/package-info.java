/**
 * The words that everybody uses: a {@link io.github.ratelimit.Rate rate}, a
 * {@link io.github.ratelimit.Limit limit}, a {@link io.github.ratelimit.Key key}, what is
 * {@link io.github.ratelimit.store.Charge charged}, the
 * {@link io.github.ratelimit.Decision decision} and its {@link io.github.ratelimit.Permit
 * permit}; the {@link io.github.ratelimit.RateLimiter} that decides, and the ports behind
 * which the other rooms live. This package knows the JDK and JSpecify only.
 */
@NullMarked
package io.github.ratelimit;

import org.jspecify.annotations.NullMarked;
