/**
 * What users write or catch: {@link io.github.ratelimit.Limit limits} and their
 * {@link io.github.ratelimit.Rate rates}, {@link io.github.ratelimit.Key keys}, the
 * {@link io.github.ratelimit.RateLimiter} and its {@link io.github.ratelimit.Decision
 * decisions} over several limits, the {@link io.github.ratelimit.LimitDecision decision}
 * of each limit and which one is nearest to refusal, {@link io.github.ratelimit.Permit
 * permits}, annotations and exceptions. This package depends only on the JDK and
 * JSpecify.
 */
@NullMarked
package io.github.ratelimit;

import org.jspecify.annotations.NullMarked;
